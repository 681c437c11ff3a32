"""What a report is asked for, checked."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from klaviyo_sandbox.reports.buckets import Bucket
from klaviyo_sandbox.reports.local_time import LocalTime
from klaviyo_sandbox.store.json_text import JsonValue


@dataclass(frozen=True, slots=True)
class Question:
    """One request, as those who count understand it."""

    calendar: LocalTime
    now: int
    """Until when things were counted, in microseconds since 1970."""
    buckets: Sequence[Bucket]
    statistics: Sequence[str]
    group_by: Sequence[str]
    conversion_metric: str = ""

    def days(self) -> Iterator[tuple[int, Bucket]]:
        """Yield the local days (ordinals) that it is about and that have begun, with their time."""
        start = self.calendar.day_start
        last = self.calendar.day_of(self.buckets[-1].end - 1)
        for day in range(self.calendar.day_of(self.buckets[0].first), last + 1):
            if start(day) >= self.now:
                return
            yield day, Bucket(start(day), start(day + 1))


Number = float | int | None
"""The value of a statistic."""
Series = Mapping[str, Sequence[Number]]


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One row of an answer."""

    key: tuple[str, ...]
    """Rows come in the order of their keys."""
    groupings: Mapping[str, JsonValue]
    statistics: Series
    """Values per step."""
