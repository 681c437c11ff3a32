"""The right rows of reports, for tests: without limits, pages and timeframes."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from klaviyo_sandbox.reports.aggregate_ask import AggregateQuestion
from klaviyo_sandbox.reports.answer import Reports
from klaviyo_sandbox.reports.question import Question
from klaviyo_sandbox.reports.timeframe import Timeframe
from klaviyo_sandbox.spec import load_spec

Row = dict[str, object]


@dataclass(frozen=True, slots=True)
class ReportTruth:
    """The right rows of all reports."""

    reports: Reports

    def rows(
        self, report: str, start: date, end: date, group_by: list[str], conversion_metric_id: str
    ) -> list[Row]:
        """Return the rows of a report, such as `flow-series`, from one local day to another.

        A series has a row for each day with numbers other than 0; other reports have a row for
        all days together, dated by the first.
        """
        declared = load_spec().reports[f"/api/{report}-reports"]
        calendar = self.reports.calendar
        question = Question(
            calendar=calendar,
            now=self.reports.now,
            buckets=_days(start, end).buckets(calendar, series=bool(declared.intervals)),
            statistics=declared.statistics,
            group_by=group_by or declared.group_by.default,
            conversion_metric=conversion_metric_id,
        )
        found: list[Row] = []
        for row in self.reports.rows(declared, question):
            for place in range(len(question.buckets)):
                values = {name: series[place] for name, series in row.statistics.items()}
                if any(values.values()):
                    day = str(start + timedelta(days=place))
                    found.append({"date": day, "groupings": row.groupings, "statistics": values})
        return found

    def aggregates(self, metric_id: str, start: date, end: date, by: list[str]) -> list[Row]:
        """Return the sums of a metric's events, per local day and dimensions.

        The number of days has no bound, unlike at the endpoint.
        """
        buckets = _days(start, end).buckets(self.reports.calendar, series=True)
        measurements = ("count", "unique", "sum_value")
        question = AggregateQuestion(metric_id, measurements, by, buckets)
        return [
            {"date": str(start + timedelta(days=place)), "dimensions": list(key)}
            | dict(zip(measurements, values, strict=True))
            for key, found in self.reports.aggregates.counted(question).items()
            for place, values in enumerate(zip(*found.values(), strict=True))
            if values[0]
        ]


def _days(start: date, end: date) -> Timeframe:
    midnight = datetime.min.time()
    return Timeframe(
        datetime.combine(start, midnight), datetime.combine(end, midnight) + timedelta(days=1)
    )
