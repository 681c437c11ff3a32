"""What reports must come to: for tests, without limits, pages and timeframes."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from klaviyo_sandbox.reports.answer import Reports
from klaviyo_sandbox.reports.buckets import buckets_of
from klaviyo_sandbox.reports.dimensions import Dimensions
from klaviyo_sandbox.reports.event_values import MetricEvents
from klaviyo_sandbox.reports.local_time import LocalTime
from klaviyo_sandbox.reports.question import Question
from klaviyo_sandbox.reports.timeframe import Timeframe
from klaviyo_sandbox.spec import Report
from klaviyo_sandbox.store.row import EventRow, Reference
from klaviyo_sandbox.store.world import World

Row = dict[str, object]


def report_rows(
    reports: Reports,
    report: Report,
    days: tuple[date, date],
    group_by: Sequence[str] = (),
    conversion_metric: str = "",
) -> list[Row]:
    """Return the rows of a report from the first of `days` to the last.

    Of a series, one for each day on which anything is not zero; otherwise one for all days
    together, dated by the first.
    """
    midnight = datetime.min.time()
    timeframe = Timeframe(
        datetime.combine(days[0], midnight), datetime.combine(days[1], midnight) + timedelta(days=1)
    )
    question = Question(
        calendar=reports.calendar,
        now=reports.now,
        buckets=buckets_of(timeframe, "daily" if report.intervals else "", reports.calendar),
        statistics=report.statistics,
        group_by=group_by or report.group_by.default,
        conversion_metric=conversion_metric,
    )
    found: list[Row] = []
    for row in reports.sources[report.type.partition("-")[0]](question, ()):
        for place in range(len(question.buckets)):
            values = {name: series[place] for name, series in row.statistics.items()}
            if any(values.values()):
                day = days[0] + timedelta(days=place)
                found.append({"date": str(day), "groupings": row.groupings, "statistics": values})
    return found


def aggregate_rows(
    world: World,
    metric_id: str,
    days: tuple[date, date],
    calendar: LocalTime,
    by: Sequence[str] = (),
) -> list[Row]:
    """Return what the events of a metric add up to, per local day and dimensions.

    It goes through all events one by one, unlike the endpoint.
    """
    dimensions = Dimensions(world)
    groups: dict[tuple[str, ...], list[EventRow]] = {}
    for row in world.table("event"):
        if not isinstance(row, EventRow) or row.relations["metric"] != Reference(
            "metric", metric_id
        ):
            continue
        day = calendar.local(row.micros).date()
        if days[0] <= day <= days[1]:
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
