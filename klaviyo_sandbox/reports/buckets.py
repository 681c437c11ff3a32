"""A timeframe cut into the steps of a series."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from klaviyo_sandbox.reports.local_time import LocalTime
from klaviyo_sandbox.reports.timeframe import Timeframe


class Bucket(NamedTuple):
    """One step: instants in microseconds since 1970; `end` does not belong any more."""

    first: int
    end: int


def buckets_of(timeframe: Timeframe, interval: str, calendar: LocalTime) -> list[Bucket]:
    """Return the local days of a timeframe, of 23, 24 or 25 hours; one step without `interval`."""
    marks = [calendar.instant(mark) for mark in _marks(timeframe, interval)]
    end = calendar.instant(timeframe.end)
    return [Bucket(*pair) for pair in zip(marks, [*marks[1:], end], strict=True)]


def _marks(timeframe: Timeframe, interval: str) -> Iterator[datetime]:
    at = timeframe.start
    while at < timeframe.end:
        yield at
        if not interval:
            return
        at = at.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
