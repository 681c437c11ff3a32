"""What reports must come to: for tests, without limits, pages and timeframes."""

from datetime import date, datetime, timedelta

from klaviyo_sandbox.reports.answer import Reports
from klaviyo_sandbox.reports.buckets import buckets_of
from klaviyo_sandbox.reports.dimensions import Dimensions
from klaviyo_sandbox.reports.event_values import MetricEvents
from klaviyo_sandbox.reports.local_time import LocalTime
from klaviyo_sandbox.reports.question import Question
from klaviyo_sandbox.reports.timeframe import Timeframe
from klaviyo_sandbox.spec import load_spec
from klaviyo_sandbox.store.row import EventRow, Reference
from klaviyo_sandbox.store.world import World

Row = dict[str, object]


class ReportTruth:
    """Tells what reports come to."""

    def __init__(self, reports: Reports, world: World) -> None:
        """Take the numbers from `reports`, and events from `world`."""
        self._reports = reports
        self._world = world

    def rows(
        self, report: str, start: date, end: date, group_by: list[str], conversion_metric_id: str
    ) -> list[Row]:
        """Return the rows of a report, such as `flow-series`, from one local day to another.

        Of a series, one for each day on which anything is not zero; otherwise one for all days
        together, dated by the first.
        """
        declared = load_spec().reports[f"/api/{report}-reports"]
        midnight = datetime.min.time()
        timeframe = Timeframe(
            datetime.combine(start, midnight), datetime.combine(end, midnight) + timedelta(days=1)
        )
        calendar = self._reports.calendar
        question = Question(
            calendar=calendar,
            now=self._reports.now,
            buckets=buckets_of(timeframe, "daily" if declared.intervals else "", calendar),
            statistics=declared.statistics,
            group_by=group_by or declared.group_by.default,
            conversion_metric=conversion_metric_id,
        )
        found: list[Row] = []
        for row in self._reports.sources[declared.type.partition("-")[0]](question, ()):
            for place in range(len(question.buckets)):
                values = {name: series[place] for name, series in row.statistics.items()}
                if any(values.values()):
                    day = str(start + timedelta(days=place))
                    found.append({"date": day, "groupings": row.groupings, "statistics": values})
        return found

    def aggregates(
        self, metric_id: str, start: date, end: date, timezone: str, by: list[str]
    ) -> list[Row]:
        """Return what the events of a metric add up to, per local day and dimensions.

        It goes through all events one by one, unlike the endpoint.
        """
        calendar = LocalTime(timezone) if timezone else self._reports.calendar
        dimensions = Dimensions(self._world)
        groups: dict[tuple[str, ...], list[EventRow]] = {}
        for row in self._world.table("event"):
            if not isinstance(row, EventRow) or row.relations["metric"] != Reference(
                "metric", metric_id
            ):
                continue
            day = calendar.local(row.micros).date()
            if start <= day <= end:
                key = (str(day), *(dimensions.value(row, name) for name in by))
                groups.setdefault(key, []).append(row)
        return [
            {
                "date": key[0],
                "dimensions": list(key[1:]),
                "count": len(rows),
                "unique": len({row.relations["profile"] for row in rows}),
                "sum_value": sum(MetricEvents.value(row) for row in rows),
            }
            for key, rows in sorted(groups.items())
        ]
