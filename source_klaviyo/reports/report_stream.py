"""The base class of reports: rows that Klaviyo computes, requested by POST.

Answers have no resources; every row is a record of its own, with the day, the groups and the
statistics flat at the top.
"""

import time
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from typing import Any, ClassVar, Final, Protocol

import requests
from airbyte_cdk.sources.types import StreamSlice

from source_klaviyo.api.client import JSON_API
from source_klaviyo.api.limits import REPORT, DailyLimit
from source_klaviyo.api.partition import Partition
from source_klaviyo.api.quota import EndpointQuota
from source_klaviyo.protocol import PageRequest, Record, Window
from source_klaviyo.reports import answer as answers
from source_klaviyo.reports.answer import Answer, Wanted
from source_klaviyo.reports.collection import CountCall, Json, ReportCollection
from source_klaviyo.reports.days import DAY, Period, Timezone, date_of, day_of
from source_klaviyo.streams.base import KlaviyoStream
from source_klaviyo.streams.endpoint import CollectionView

REPORTS_A_DAY: Final = DailyLimit(225)
"""Klaviyo does not document whether all reports share this limit: presumed until an answer shows
otherwise."""


class ReportAccount(Protocol):
    """Facts about the account, and the user's choices, that reports need."""

    @property
    def timezone(self) -> Timezone:
        """The account's timezone."""

    @property
    def conversion_metrics(self) -> Sequence[str]:
        """The ids of the metrics whose conversions campaign and flow reports count."""

    @property
    def conversion_candidates(self) -> Sequence[str]:
        """The ids of the metrics to try; the first that Klaviyo does not refuse is taken."""

    @property
    def aggregated_metrics(self) -> Sequence[str]:
        """The ids of the metrics whose events are counted."""

    @property
    def aggregated_by(self) -> Sequence[str]:
        """The dimensions that split the counts of events."""

    @property
    def first_day(self) -> int:
        """The first day of reports."""

    @property
    def first_day_of_events(self) -> int:
        """The first day with an event."""


class ReportStream(KlaviyoStream):
    """A report, `POST /api/<endpoint>`.

    Declares its endpoint, scopes and limit, its groupings, its statistics (`statistic_keys` has
    their names in records, if not Klaviyo's), and the period that a row counts. `metric_key` is the
    key of the metric in requests and records. Set `account` before the first use.

    >>> class _Opens(ReportStream):
    ...     endpoint, scopes, period = "flow-series-reports", ("flows:read",), Period(60)
    ...     metric_key, groupings, statistics = "metric_id", ("flow_id",), ("opens",)
    >>> _Opens.keys
    ('date', 'metric_id', 'flow_id')
    """

    http_method = "POST"
    cursor_attribute = "date"
    bounded_by_start_date = True
    limit = REPORT
    groupings: ClassVar[tuple[str, ...]] = ()
    is_grouped_on_request: ClassVar[bool] = True
    statistics: ClassVar[tuple[str, ...]]
    statistic_keys: ClassVar[Mapping[str, str]] = {}
    period: ClassVar[Period]
    metric_key: ClassVar[str | None] = None
    splits_on_request: ClassVar[bool] = False
    first_day_ever: ClassVar[int] = 0
    shares_its_day: bool = True
    account: ReportAccount
    count: CountCall | None = None

    def __init_subclass__(cls) -> None:
        """Make the primary key: the date, the metric, and the groupings."""
        super().__init_subclass__()
        metric = [cls.metric_key] if cls.metric_key else []
        cls.keys = ("date", *metric, *cls.groupings)

    @property
    def cursor_field(self) -> str:
        """The cursor, at the top of the record."""
        return self.cursor_attribute

    @property
    def timezone(self) -> Timezone:
        """The account's timezone."""
        return self.account.timezone

    @property
    def counts_periods(self) -> bool:
        """Whether a row counts all days of its window, not a single day."""
        return self.period.longest is None

    @property
    def grouped_by(self) -> Sequence[str]:
        """The groupings of rows, in Klaviyo's words."""
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
        """The ids of the metrics to report."""
        return self.account.conversion_metrics

    @property
    def candidates(self) -> Sequence[str]:
        """The ids of metrics to try; the first that Klaviyo does not refuse is taken."""
        return self.account.conversion_candidates if self.metric_key else ()

    @property
    def first_day(self) -> int:
        """The first day to read."""
        return max(self.first_day_ever, self.account.first_day)

    def answer(self, body: bytes | bytearray, wanted: Wanted) -> Answer:
        """Return the decoded answer; each kind of report has its own form."""
        raise NotImplementedError((body, wanted))

    def find_partitions(self) -> None:
        """Look up the metrics to report, one per partition. Raises StreamFailed."""
        if self.metric_key:
            self.partitions = tuple({self.metric_key: metric} for metric in self.metrics)

    @property
    def quota(self) -> EndpointQuota:
        """The quota of its requests."""
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
        # Klaviyo ignores offsets here. This end is right as a moment and as a day, inclusive and
        # exclusive.
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
        """Return the query parameters of the page at `cursor`."""
        return {"page_cursor": cursor} if cursor else {}

    def windows(self, now: int) -> list[Window]:
        """Return all windows of a full read, the newest first."""
        stop = self.timezone.day_at(now) + DAY
        return self.period.calls(Window(self.first_day, stop)) if self.first_day < stop else []

    def probe(self) -> Sequence[Record]:
        """Return no records: a probe would cost a call of the day's quota."""
        return []

    # The CDK's interface; see streams/http_stream.py.

    @property
    def is_resumable(self) -> bool:
        """Whether a full refresh resumes after a cut: no, its rows are computed anew."""
        return False

    def stream_slices(self, **_: object) -> Iterable[StreamSlice]:
        """Yield a slice for each window of each metric."""
        self.find_partitions()
        for partition in self.partitions:
            for window in self.windows(int(time.time())):
                dates = {"from": _text(window.lo), "before": _text(window.hi)}
                yield StreamSlice(partition=partition, cursor_slice=dates)

    def first_request(self, partition: Partition) -> PageRequest:
        """Return the request for a window: the slice's window, else today's."""
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
        """Return the address, the same for all pages."""
        return self.endpoint

    def request_headers(self, *_: object, **__: object) -> Mapping[str, str]:
        """Return the headers for the revision and the body's type."""
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
        """Return the cursor of the page after an answer, None on the last page."""
        cursor = answers.next_cursor(response.content)
        return {"next": cursor} if cursor else None

    def _today(self) -> Window:
        today = self.timezone.day_at(time.time())
        return Window(self.period.first(today), today + DAY)


def _text(day: int) -> str:
    return date_of(day).isoformat()
