"""The truth about the sandbox's reports, and late changes of their numbers."""

from collections.abc import Iterable
from dataclasses import dataclass

from klaviyo_sandbox.control_client import ControlClient


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One row of a report."""

    date: str
    """The local day, or the first day of the period."""
    groupings: dict[str, str | list[str] | None]
    statistics: dict[str, float | None]


@dataclass(frozen=True, slots=True)
class AggregateRow:
    """The events of one metric on one local day, with the same dimensions."""

    date: str
    dimensions: list[str]
    count: int
    unique: int
    sum_value: float


@dataclass(frozen=True, slots=True)
class ReportControl:
    """The truth about reports, and late changes; a part of `Sandbox`, as `reports`."""

    _control: ControlClient

    def rows(
        self,
        report: str,
        start: str,
        end: str,
        *,
        conversion_metric_id: str = "",
        group_by: Iterable[str] = (),
    ) -> list[ReportRow]:
        """Return the rows of a report, such as `flow-series`, from one local day to another.

        A series has a row for each day with numbers other than 0, over any number of days; other
        reports have a row for the whole period. All statistics; no limits, no pages.
        """
        return self._control.ask(
            list[ReportRow],
            "report_truth.rows",
            report=report,
            start=start,
            end=end,
            conversion_metric_id=conversion_metric_id,
            group_by=list(group_by),
        )

    def aggregates(
        self, metric_id: str, start: str, end: str, *, by: Iterable[str] = ()
    ) -> list[AggregateRow]:
        """Return the sums of a metric's events, for each local day with events.

        Days are days of the account.
        """
        return self._control.ask(
            list[AggregateRow],
            "report_truth.aggregates",
            metric_id=metric_id,
            start=start,
            end=end,
            by=list(by),
        )

    def change(self, row_id: str, date: str, count: str, amount: int = 1) -> None:
        """Add to a count of a local day, as if late numbers had come in.

        `row_id` is the id of a flow or campaign message, a form version or a segment; `count` is
        `conversions`, `opens`, `submits`, `members_added` and so on.
        """
        self._control.send("reports.late.add", row_id=row_id, day=date, count=count, amount=amount)

    def refuse_conversion_metrics(self, ids: Iterable[str]) -> None:
        """Make these metrics ineligible, and no others."""
        self._control.send("reports.conversion_metrics.refuse", ids=list(ids))
