"""The timeframe of a report, and the steps of a series."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import NamedTuple

from klaviyo_sandbox.reports.body import refused
from klaviyo_sandbox.reports.local_time import LocalTime
from klaviyo_sandbox.spec import Report

_NAME = "timeframe"


class Bucket(NamedTuple):
    """One step: instants in microseconds since 1970, from `first` until before `end`."""

    first: int
    end: int


@dataclass(frozen=True, slots=True)
class Timeframe:
    """Local times without an offset, from `start` until before `end`."""

    start: datetime
    end: datetime

    def buckets(self, calendar: LocalTime, *, series: bool) -> list[Bucket]:
        """Return the local days, of 23, 24 or 25 hours; or a single step if not a `series`."""
        marks = [calendar.instant(mark) for mark in self._marks(series=series)]
        end = calendar.instant(self.end)
        return [Bucket(*pair) for pair in zip(marks, [*marks[1:], end], strict=True)]

    def _marks(self, *, series: bool) -> Iterator[datetime]:
        at = self.start
        yield at
        while series and (at := midnight(at) + timedelta(days=1)) < self.end:
            yield at


def midnight(moment: datetime) -> datetime:
    """Return the beginning of a local day."""
    return datetime.combine(moment, time.min)


def timeframe_of(value: object, report: Report, interval: str) -> Timeframe:
    """Return the whole days in the body of a request.

    Raises:
        ApiError: 400, no start and end, or too long for the report or its `interval`.
    """
    if not isinstance(value, dict) or value.keys() != {"start", "end"}:
        raise refused("The sandbox takes a timeframe of start and end alone.", _NAME)
    start, end = _moment(value["start"]), _moment(value["end"])
    _check(start, end, report, interval)
    return Timeframe(midnight(start), midnight(end) + timedelta(days=1))


def _moment(value: object) -> datetime:
    """Return a local time; an offset is ignored, as the specification says."""
    try:
        return datetime.fromisoformat(str(value)).replace(tzinfo=None)
    except ValueError as error:
        raise refused(f"'{value}' is not a valid datetime.", _NAME) from error


def a_year_after(start: datetime) -> datetime:
    """Return the same time of the next year."""
    try:
        return start.replace(year=start.year + 1)
    except ValueError:  # 29 February
        return start.replace(year=start.year + 1, month=3, day=1)


def _check(start: datetime, end: datetime, report: Report, interval: str) -> None:
    if end <= start:
        raise refused("The timeframe's end must be after its start.", _NAME)
    if end > a_year_after(start):
        raise refused("The timeframe cannot be longer than 1 year.", _NAME)
    most = report.interval_days.get(interval)
    if most is not None and end - start > timedelta(days=most):
        raise refused(f"With interval {interval}, the timeframe cannot be over {most} days.", _NAME)
    if report.since is not None and start.date() < report.since:
        raise refused(f"Data is unavailable before {report.since}.", _NAME)
