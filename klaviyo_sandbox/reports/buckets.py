"""A timeframe cut into the steps of a series."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from klaviyo_sandbox.reports.local_time import LocalTime
from klaviyo_sandbox.reports.timeframe import Timeframe
from klaviyo_sandbox.store.moment import MICROS

_HOUR = 3_600 * MICROS


class Bucket(NamedTuple):
    """One step: instants in microseconds since 1970; `end` does not belong any more."""

    first: int
    end: int


def buckets_of(timeframe: Timeframe, interval: str, calendar: LocalTime) -> list[Bucket]:
    """Return the steps of a timeframe; one when there is no `interval`.

    Days, weeks (from Monday) and months are local ones, so a day has 23, 24 or 25 hours.
    """
    first, end = calendar.instant(timeframe.start), calendar.instant(timeframe.end)
    if interval in ("hourly", "hour"):
        return [Bucket(at, min(at + _HOUR, end)) for at in range(first, end, _HOUR)]
    marks = [calendar.instant(mark) for mark in _marks(timeframe, interval)]
    return [Bucket(*pair) for pair in zip(marks, [*marks[1:], end], strict=True)]


def _marks(timeframe: Timeframe, interval: str) -> Iterator[datetime]:
    at = timeframe.start
    while at < timeframe.end:
        yield at
        if not interval:
            return
        at = _following(at.replace(hour=0, minute=0, second=0, microsecond=0), interval)


def _following(day: datetime, interval: str) -> datetime:
    if interval in ("daily", "day"):
        return day + timedelta(days=1)
    if interval in ("weekly", "week"):
        return day + timedelta(days=7 - day.weekday())
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
