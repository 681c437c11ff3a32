"""The right rows of reports, for tests: without limits, pages and timeframes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from klaviyo_sandbox.reports.aggregate_question import AggregateQuestion
from klaviyo_sandbox.reports.answer import Reports
from klaviyo_sandbox.reports.question import Number, Question
from klaviyo_sandbox.reports.timeframe import Timeframe
from klaviyo_sandbox.spec import load_spec


@dataclass(frozen=True, slots=True)
class ExpectedRow:
    """One row of a report."""

    date: str
    """The local day, or the first day of the period."""
    groupings: Mapping[str, str | None]
    statistics: dict[str, Number]


@dataclass(frozen=True, slots=True)
class ExpectedAggregate:
    """The events of one metric on one local day, with the same dimensions."""

    date: str
    dimensions: Sequence[str]
    count: int
    unique: int
    sum_value: float


@dataclass(frozen=True, slots=True)
class ReportTruth:
    """The right rows of all reports."""

    reports: Reports

    def rows(
        self,
        report: str,
        start: str,
        end: str,
        *,
        conversion_metric_id: str = "",
        group_by: Collection[str] = (),
    ) -> list[ExpectedRow]:
        """Return the rows of a report, such as `flow-series`, from one local day to another.

        A series has a row for each day with numbers other than 0, over any number of days; other
        reports have a row for the whole period. All statistics; no limits, no pages.
        """
        declared = load_spec().reports[f"/api/{report}-reports"]
        calendar = self.reports.calendar
        question = Question(
            calendar=calendar,
            now=self.reports.now,
            buckets=_days(start, end).buckets(calendar, series=bool(declared.intervals)),
            statistics=declared.statistics,
            group_by=list(group_by) or declared.group_by.default,
            conversion_metric=conversion_metric_id,
        )
        found: list[ExpectedRow] = []
        for row in self.reports.rows(declared, question):
            for place in range(len(question.buckets)):
                values = {name: series[place] for name, series in row.statistics.items()}
                if any(values.values()):
                    found.append(ExpectedRow(_day(start, place), row.groupings, values))
        return found

    def aggregates(
        self, metric_id: str, start: str, end: str, *, by: Collection[str] = ()
    ) -> list[ExpectedAggregate]:
        """Return the sums of a metric's events, for each local day with events.

        Days are days of the account; their number has no bound, unlike at the endpoint.
        """
        buckets = _days(start, end).buckets(self.reports.calendar, series=True)
        measurements = ("count", "unique", "sum_value")
        question = AggregateQuestion(metric_id, measurements, list(by), buckets)
        return [
            ExpectedAggregate(_day(start, place), key, int(values[0]), int(values[1]), values[2])
            for key, found in self.reports.aggregates.counted(question).items()
            for place, values in enumerate(zip(*found.values(), strict=True))
            if values[0]
        ]


def _day(start: str, place: int) -> str:
    return str(date.fromisoformat(start) + timedelta(days=place))


def _days(start: str, end: str) -> Timeframe:
    return Timeframe(datetime.fromisoformat(start), datetime.fromisoformat(_day(end, 1)))
