"""Reporting API: https://developers.klaviyo.com/en/reference/reporting_api_overview .

What Klaviyo computes: the numbers of its own screens. Its answers have no resources; every row is a
record of its own, with the day, the groups and the statistics flat on top.
"""

import re
import time
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from typing import Any, ClassVar, Final, Protocol

import requests
from airbyte_cdk.sources.types import StreamSlice

from source_klaviyo.api.client import JSON_API
from source_klaviyo.api.limits import REPORT, DailyLimit, S
from source_klaviyo.api.quota import EndpointQuota
from source_klaviyo.days import DAY, Period, Timezone, date_of, day_of
from source_klaviyo.partition import Partition
from source_klaviyo.protocol import PageRequest, Record, Window
from source_klaviyo.streams import report_answer
from source_klaviyo.streams.base import KlaviyoStream
from source_klaviyo.streams.endpoint import CollectionView
from source_klaviyo.streams.report_answer import Answer, Wanted
from source_klaviyo.streams.report_collection import CountCall, Json, ReportCollection

REPORTS_A_DAY: Final = DailyLimit(225)
"""Whether all reports share it is not documented: it is presumed until an answer tells better."""

MESSAGE_STATISTICS: Final = (
    "average_order_value",
    "bounce_rate",
    "bounced",
    "bounced_or_failed",
    "bounced_or_failed_rate",
    "click_rate",
    "click_to_open_rate",
    "clicks",
    "clicks_unique",
    "conversion_rate",
    "conversion_uniques",
    "conversion_value",
    "conversions",
    "delivered",
    "delivery_rate",
    "failed",
    "failed_rate",
    "message_segment_count_sum",
    "open_rate",
    "opens",
    "opens_unique",
    "recipients",
    "revenue_per_recipient",
    "spam_complaint_rate",
    "spam_complaints",
    "text_message_credit_usage_amount",
    "text_message_roi",
    "text_message_spend",
    "unsubscribe_rate",
    "unsubscribe_uniques",
    "unsubscribes",
)
FORM_STATISTICS: Final = (
    "closed_form",
    "closed_form_uniques",
    "qualified_form",
    "qualified_form_uniques",
    "submit_rate",
    "submits",
    "submitted_form_step",
    "submitted_form_step_uniques",
    "viewed_form",
    "viewed_form_step",
    "viewed_form_step_uniques",
    "viewed_form_uniques",
)
SEGMENT_STATISTICS: Final = (
    "members_added",
    "members_removed",
    "net_members_changed",
    "total_members",
)
FIRST_DAY_OF_SEGMENTS: Final = day_of("2023-06-01")

_MONTHS: Final = Period()
_SIXTY_DAYS: Final = Period(60)
_YEAR: Final = Period(363)
"""A year but for the days by which the request is wider."""
_UNKNOWN_TO_AGGREGATES: Final = {
    "Europe/Kyiv": "Europe/Kiev",
    "Pacific/Kanton": "Pacific/Enderbury",
}
"""Names of timezones that metric aggregates do not know, and the older names of the same."""


_NO_WORD: Final = re.compile(r"\W+")


class ReportAccount(Protocol):
    """What reports need to know of the account, and of what the user wants."""

    @property
    def timezone(self) -> Timezone:
        """The account's timezone."""

    @property
    def conversion_metrics(self) -> Sequence[str]:
        """The ids of the metrics whose conversions campaigns and flows are reported for."""

    @property
    def conversion_candidates(self) -> Sequence[str]:
        """The ids of the metrics of which the first that is not refused is to be taken."""

    @property
    def aggregated_metrics(self) -> Sequence[str]:
        """The ids of the metrics whose events are counted."""

    @property
    def aggregated_by(self) -> Sequence[str]:
        """The dimensions that these counts are split by."""

    @property
    def first_day(self) -> int:
        """The first day that can have anything to report."""

    @property
    def first_day_of_events(self) -> int:
        """The first day that can have an event."""


class ReportStream(KlaviyoStream):
    """A report, `POST /api/<endpoint>`.

    Declares its endpoint, scopes and limit, what its rows are grouped by, its statistics, and the
    period that a row counts. `metric_key` is what the metric is called that it is asked for.
    `account` has to be set before it is used.
    """

    http_method = "POST"
    cursor_attribute = "date"
    bounded_by_start_date = True
    limit = REPORT
    groupings: ClassVar[tuple[str, ...]] = ()
    is_grouped_on_request: ClassVar[bool] = True
    statistics: ClassVar[tuple[str, ...]]
    period: ClassVar[Period]
    metric_key: ClassVar[str | None] = None
    splits_on_request: ClassVar[bool] = False
    first_day_ever: ClassVar[int] = 0
    shares_its_day: bool = True
    account: ReportAccount
    count: CountCall | None = None

    def __init_subclass__(cls) -> None:
        """Make the primary key of what a row is of."""
        super().__init_subclass__()
        metric = [cls.metric_key] if cls.metric_key else []
        cls.keys = ("date", *metric, *cls.groupings)

    @property
    def cursor_field(self) -> str:
        """The cursor, which stands on top of the record."""
        return self.cursor_attribute

    @property
    def timezone(self) -> Timezone:
        """The account's timezone."""
        return self.account.timezone

    @property
    def counts_periods(self) -> bool:
        """Whether a row counts all days of its window, and not one."""
        return self.period.longest is None

    @property
    def grouped_by(self) -> Sequence[str]:
        """What rows are grouped by, in Klaviyo's words."""
        return self.groupings

    @property
    def grouping_keys(self) -> Sequence[str]:
        """The keys of the groupings on a record."""
        return self.groupings

    @property
    def report_type(self) -> str:
        """The JSON:API type of the request and of the answer."""
        return self.endpoint.removesuffix("s")

    @property
    def metrics(self) -> Sequence[str]:
        """The ids of the metrics that it is asked for."""
        return self.account.conversion_metrics

    @property
    def candidates(self) -> Sequence[str]:
        """The ids of metrics of which the first that is not refused is taken; mostly none."""
        return self.account.conversion_candidates if self.metric_key else ()

    @property
    def first_day(self) -> int:
        """The first day that is wanted of it."""
        return max(self.first_day_ever, self.account.first_day)

    def answer(self, body: bytes | bytearray, wanted: Wanted) -> Answer:
        """Take an answer apart; each kind of report does it in its own way."""
        raise NotImplementedError((body, wanted))

    def find_partitions(self) -> None:
        """Find out the metrics that it is read for; raises StreamFailed where Klaviyo refuses."""
        if self.metric_key:
            self.partitions = tuple({self.metric_key: metric} for metric in self.metrics)

    @property
    def quota(self) -> EndpointQuota:
        """What its requests draw on."""
        shares = self.limit.daily and self.shares_its_day
        presumed = ("reports", REPORTS_A_DAY) if shares else None
        return self._client.quotas.get(self.endpoint, self.limit, presumed=presumed)

    def collection(self, views: Sequence[CollectionView]) -> ReportCollection:  # type: ignore[override]
        """Return the report, as the sync engine reads it."""
        (view,) = views
        made = ReportCollection(self._client, self, self.quota, self._errors, view)
        if self.count:
            made.count = self.count
        return made

    def body(self, partition: Partition, window: Window, cursor: str | None) -> Json:
        """Return the body of a request for a window."""
        del cursor
        # Klaviyo ignores offsets here. The end is right whether it takes it for a moment or for a
        # day, as a part of the time or as its end.
        timeframe = {
            "start": f"{date_of(window.lo)}T00:00:00",
            "end": f"{date_of(window.hi - DAY)}T23:59:59",
        }
        attributes: dict[str, Json] = {
            "statistics": self.statistics,
            "timeframe": timeframe,
            **partition,
        }
        if not self.counts_periods:
            attributes["interval"] = "daily"
        if self.is_grouped_on_request:
            attributes["group_by"] = self.groupings
        return {"data": {"type": self.report_type, "attributes": attributes}}

    def parameters_after(self, cursor: str | None) -> dict[str, str]:
        """Return the query parameters of the page that `cursor` names."""
        return {"page_cursor": cursor} if cursor else {}

    def windows(self, now: int) -> list[Window]:
        """Return all windows that a reading of everything takes, the newest first."""
        stop = self.timezone.day_at(now) + DAY
        return self.period.calls(Window(self.first_day, stop)) if self.first_day < stop else []

    def probe(self) -> Sequence[Record]:
        """Return none: a probe would cost a call of the day's quota."""
        return []

    # From here on: HttpStream's interface.

    def stream_slices(self, **_: object) -> Iterable[StreamSlice]:
        """Yield a slice for each window of each metric."""
        self.find_partitions()
        for partition in self.partitions:
            for window in self.windows(int(time.time())):
                dates = {"from": _text(window.lo), "before": _text(window.hi)}
                yield StreamSlice(partition=partition, cursor_slice=dates)

    def first_request(self, partition: Partition) -> PageRequest:
        """Return the request for a window: that of a slice, else today's."""
        given = dict(partition)
        lo, hi = given.pop("from", None), given.pop("before", None)
        window = Window(day_of(str(lo)), day_of(str(hi))) if lo and hi else self._today()
        return PageRequest(given, window, (0,))

    def request_params(
        self,
        stream_state: Mapping[str, Any] | None,  # noqa: ARG002
        stream_slice: Mapping[str, Any] | None = None,  # noqa: ARG002
        next_page_token: Mapping[str, Any] | None = None,
    ) -> MutableMapping[str, Any]:
        """Return the parameters of a page."""
        return {**self.parameters_after(next_page_token["next"] if next_page_token else None)}

    def path(
        self,
        *,
        stream_state: Mapping[str, Any] | None = None,  # noqa: ARG002
        stream_slice: Mapping[str, Any] | None = None,  # noqa: ARG002
        next_page_token: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> str:
        """Return the address, which is the same for all pages."""
        return self.endpoint

    def request_headers(self, *_: object, **__: object) -> Mapping[str, str]:
        """Return the headers that pin the revision, and what the body is."""
        return {**super().request_headers(), "Content-Type": JSON_API}

    def request_body_json(
        self,
        stream_state: Mapping[str, Any] | None,  # noqa: ARG002
        stream_slice: Mapping[str, Any] | None = None,
        next_page_token: Mapping[str, Any] | None = None,
    ) -> Mapping[str, Any]:
        """Return the body of a request."""
        request = self.first_request(stream_slice or {})
        token = str(next_page_token["next"]) if next_page_token else None
        body: Any = self.body(request.partition, request.window, token)
        return {**body}

    def next_page_token(self, response: requests.Response) -> Mapping[str, str] | None:
        """Return the cursor of the page after an answer, None on the last."""
        cursor = report_answer.next_cursor(response.content)
        return {"next": cursor} if cursor else None

    def _today(self) -> Window:
        today = self.timezone.day_at(time.time())
        return Window(self.period.first(today), today + DAY)


def _text(day: int) -> str:
    return date_of(day).isoformat()


class _SeriesReport(ReportStream):
    """A row is a day."""

    period = _SIXTY_DAYS

    def answer(self, body: bytes | bytearray, wanted: Wanted) -> Answer:
        """Take an answer apart; see report_answer.py."""
        return report_answer.series(body, wanted)


class _ValuesReport(ReportStream):
    """A row is a month, or what is wanted of it: uniques of a month are no sum of its days."""

    period = _MONTHS

    def answer(self, body: bytes | bytearray, wanted: Wanted) -> Answer:
        """Take an answer apart; see report_answer.py."""
        return report_answer.values(body, wanted)


class CampaignValuesReports(_ValuesReport):
    """What the messages of campaigns have brought, by the month in which they were sent.

    There is no such report by day: Klaviyo counts what follows a campaign for the day of its
    sending.
    """

    endpoint = "campaign-values-reports"
    scopes = ("campaigns:read", "metrics:read")
    metric_key = "conversion_metric_id"
    groupings = ("campaign_id", "campaign_message_id", "send_channel", "variation")
    statistics = MESSAGE_STATISTICS


class FlowSeriesReports(_SeriesReport):
    """What the messages of flows have brought, by the day on which they were sent."""

    endpoint = "flow-series-reports"
    scopes = ("flows:read", "metrics:read")
    metric_key = "conversion_metric_id"
    groupings = ("flow_id", "flow_message_id", "send_channel", "variation")
    statistics = MESSAGE_STATISTICS


class FlowValuesReports(_ValuesReport):
    """What the messages of flows have brought, by the month in which they were sent."""

    endpoint = "flow-values-reports"
    scopes = ("flows:read", "metrics:read")
    metric_key = "conversion_metric_id"
    groupings = ("flow_id", "flow_message_id", "send_channel", "variation")
    statistics = MESSAGE_STATISTICS


class FormSeriesReports(_SeriesReport):
    """How often forms were seen, closed and submitted, by day."""

    endpoint = "form-series-reports"
    scopes = ("forms:read",)
    groupings = ("form_id", "form_version_id")
    statistics = FORM_STATISTICS


class FormValuesReports(_ValuesReport):
    """How often forms were seen, closed and submitted, by month."""

    endpoint = "form-values-reports"
    scopes = ("forms:read",)
    groupings = ("form_id", "form_version_id")
    statistics = FORM_STATISTICS


class SegmentSeriesReports(_SeriesReport):
    """How many members segments had, won and lost, by day, from June 2023 on."""

    endpoint = "segment-series-reports"
    scopes = ("segments:read",)
    groupings = ("segment_id",)
    is_grouped_on_request = False
    statistics = SEGMENT_STATISTICS
    first_day_ever = FIRST_DAY_OF_SEGMENTS


class SegmentValuesReports(_ValuesReport):
    """How many members segments had, won and lost, by month, from June 2023 on."""

    endpoint = "segment-values-reports"
    scopes = ("segments:read",)
    groupings = ("segment_id",)
    is_grouped_on_request = False
    statistics = SEGMENT_STATISTICS
    first_day_ever = FIRST_DAY_OF_SEGMENTS


class MetricAggregates(ReportStream):
    """How many events of each metric there were, by day of the event, and their sum.

    `metric_aggregates_by` in the configuration splits them, for example by `$attributed_flow`.
    """

    endpoint = "metric-aggregates"
    scopes = ("metrics:read",)
    limit = S
    metric_key = "metric_id"
    splits_on_request = True
    statistics = ("count", "unique", "sum_value")
    period = _YEAR

    def answer(self, body: bytes | bytearray, wanted: Wanted) -> Answer:
        """Take an answer apart; see report_answer.py."""
        return report_answer.aggregates(body, wanted)

    @property
    def metrics(self) -> Sequence[str]:
        """The ids of the metrics that it is asked for."""
        return self.account.aggregated_metrics

    @property
    def candidates(self) -> Sequence[str]:
        """No metrics: all are counted."""
        return ()

    @property
    def first_day(self) -> int:
        """The first day that is wanted: events may be older than the account's metrics."""
        return self.account.first_day_of_events

    @property
    def grouped_by(self) -> Sequence[str]:
        """The dimensions that the counts are split by, in Klaviyo's words."""
        return self.account.aggregated_by

    @property
    def grouping_keys(self) -> Sequence[str]:
        """The keys of the dimensions on a record."""
        return [dimension_key(name) for name in self.grouped_by]

    @property
    def primary_key(self) -> list[str]:
        """The members of a record that together name it, the dimensions among them."""
        return [*self.keys, *self.grouping_keys]

    def get_json_schema(self) -> Mapping[str, Any]:  # type: ignore[override]  # the CDK caches its own
        """Return the schema of a record, with the dimensions."""
        schema = super().get_json_schema()
        dimensions = {key: {"type": ["null", "string"]} for key in self.grouping_keys}
        return {**schema, "properties": {**schema["properties"], **dimensions}}

    def body(self, partition: Partition, window: Window, cursor: str | None) -> Json:
        """Return the body of a request for a window."""
        zone = self.timezone.zone.key
        # Whether these times are of the timezone is not documented: with a day more at both ends
        # all days of the window are whole, and those around it are dropped.
        filters = [
            f"greater-or-equal(datetime,{date_of(window.lo - DAY)}T00:00:00)",
            f"less-than(datetime,{date_of(window.hi + DAY)}T00:00:00)",
        ]
        attributes: dict[str, Json] = {
            **partition,
            "measurements": self.statistics,
            "interval": "day",
            "filter": filters,
            "timezone": _UNKNOWN_TO_AGGREGATES.get(zone, zone),
        }
        if self.grouped_by:
            attributes["by"] = self.grouped_by
        if cursor:
            attributes["page_cursor"] = cursor
        return {"data": {"type": self.report_type, "attributes": attributes}}

    def parameters_after(self, cursor: str | None) -> dict[str, str]:
        """Return no parameters: the cursor is in the body."""
        del cursor
        return {}


def dimension_key(dimension: str) -> str:
    """Return the key of a dimension on a record: `$attributed_flow` is `attributed_flow`."""
    return _NO_WORD.sub("_", dimension).strip("_").lower()
