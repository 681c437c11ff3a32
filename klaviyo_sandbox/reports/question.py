"""The question in a report's request, checked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from klaviyo_sandbox.reports.body import Attributes, names_of, refused
from klaviyo_sandbox.reports.local_time import LocalTime
from klaviyo_sandbox.reports.timeframe import Bucket, timeframe_of
from klaviyo_sandbox.spec import Report

INTERVAL = "daily"
UNSERVED = frozenset({"group", "tag_id", "text_message_format"})
"""Groupings of the specification that the sandbox has no values of, besides names."""


@dataclass(frozen=True, slots=True)
class Question:
    """One request."""

    calendar: LocalTime
    now: int
    """The time until which things were counted, in microseconds since 1970."""
    buckets: Sequence[Bucket]
    statistics: Sequence[str]
    group_by: Sequence[str]
    conversion_metric: str = ""

    def days(self) -> Iterator[tuple[int, Bucket]]:
        """Yield the local days (ordinals) of the question that have begun, with their time."""
        start = self.calendar.day_start
        last = self.calendar.day_of(self.buckets[-1].end - 1)
        for day in range(self.calendar.day_of(self.buckets[0].first), last + 1):
            if start(day) >= self.now:
                return
            yield day, Bucket(start(day), start(day + 1))


Number = float | int | None
"""The value of a statistic."""


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One row of an answer."""

    key: tuple[str, ...]
    """Rows come in the order of their keys."""
    groupings: Mapping[str, str | None]
    statistics: Mapping[str, Sequence[Number]]
    """Values per step."""


def question_of(attributes: Attributes, report: Report, calendar: LocalTime, now: int) -> Question:
    """Return the question in the attributes of a report's body.

    Raises:
        ApiError: 400, the report does not allow it.
    """
    interval = str(attributes.get("interval", ""))
    if report.intervals and interval != INTERVAL:
        raise refused(f"The sandbox has no interval but {INTERVAL}: '{interval}'.", "interval")
    if attributes.get("filter") is not None:
        raise refused("The sandbox filters no reports.", "filter")
    timeframe = timeframe_of(attributes["timeframe"], report, interval)
    return Question(
        calendar=calendar,
        now=now,
        buckets=timeframe.buckets(calendar, series=bool(interval)),
        statistics=names_of(attributes, "statistics", report.statistics),
        group_by=_group_by(attributes, report),
        conversion_metric=str(attributes.get("conversion_metric_id", "")),
    )


def _group_by(attributes: Attributes, report: Report) -> list[str]:
    rule = report.group_by
    asked = names_of(attributes, "group_by", rule.allowed)
    if not asked:
        return list(rule.default)
    missing = [name for name in rule.required if name not in asked]
    missing += [
        needed for name, needed in rule.needs.items() if name in asked and needed not in asked
    ]
    if missing:
        raise refused(f"group_by must contain {', '.join(missing)}.", "group_by")
    for name in asked:
        if name in UNSERVED or name.endswith("_name"):
            raise refused(f"The sandbox does not group by {name}.", "group_by")
    return asked
