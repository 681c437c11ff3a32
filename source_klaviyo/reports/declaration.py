"""The attributes that describe a report, and its requests."""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from source_klaviyo.api.partition import Partition
from source_klaviyo.api.quotas.limits import REPORT
from source_klaviyo.protocol import Window
from source_klaviyo.reports.account import Account
from source_klaviyo.reports.answer import Answer, Wanted
from source_klaviyo.reports.days import DAY, Period, Timezone, date_of
from source_klaviyo.streams.declaration import Declaration

Json = str | int | None | Sequence["Json"] | Mapping[str, "Json"]


class ReportDeclaration(Declaration):
    """The attributes by which a report is declared: `POST /api/<endpoint>`.

    A report has an endpoint, scopes and a limit, groupings, statistics (`statistic_keys` has
    their names in records, if not Klaviyo's), and the period that a row counts. `metric_key` is the
    key of the metric in requests and records. Set `account` before the first use.

    >>> class _Opens(ReportDeclaration):
    ...     endpoint, scopes, period = "flow-series-reports", ("flows:read",), Period(60)
    ...     metric_key, groupings, statistics = "metric_id", ("flow_id",), ("opens",)
    >>> _Opens.keys, _Opens().report_type
    (('date', 'metric_id', 'flow_id'), 'flow-series-report')
    """

    cursor_attribute = "date"
    bounded_by_start_date = True
    limit = REPORT
    keys: ClassVar[tuple[str, ...]]
    groupings: ClassVar[tuple[str, ...]] = ()
    is_grouped_on_request: ClassVar[bool] = True
    statistics: ClassVar[tuple[str, ...]]
    statistic_keys: ClassVar[Mapping[str, str]] = {}
    period: ClassVar[Period]
    metric_key: ClassVar[str | None] = None
    splits_on_request: ClassVar[bool] = False
    first_day_ever: ClassVar[int] = 0
    shares_its_day: bool = True
    account: Account

    def __init_subclass__(cls) -> None:
        """Make the primary key: the date, the metric, and the groupings."""
        super().__init_subclass__()
        metric = [cls.metric_key] if cls.metric_key else []
        cls.keys = ("date", *metric, *cls.groupings)

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
