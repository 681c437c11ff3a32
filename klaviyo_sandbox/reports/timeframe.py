"""Which time a report is about."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from klaviyo_sandbox.api.errors import ApiError
from klaviyo_sandbox.spec import Report

POINTER = "/data/attributes/timeframe"


@dataclass(frozen=True, slots=True)
class Timeframe:
    """Local times, without an offset; `end` does not belong any more."""

    start: datetime
    end: datetime


def timeframe_of(value: object, report: Report, interval: str) -> Timeframe:
    """Return the whole days that the body asks for.

    Raises:
        ApiError: 400, it is no start and end, or too long for the report or its `interval`.
    """
    if not isinstance(value, dict) or value.keys() != {"start", "end"}:
        raise refused("The sandbox takes a timeframe of start and end alone.")
    start, end = _moment(value["start"]), _moment(value["end"])
    _check(start, end, report, interval)
    midnight = time.min
    return Timeframe(
        datetime.combine(start, midnight), datetime.combine(end, midnight) + timedelta(days=1)
    )


def refused(detail: str) -> ApiError:
    """400: the timeframe cannot be served."""
    return ApiError(400, "invalid", detail, pointer=POINTER)


def _moment(value: object) -> datetime:
    """Return a local time; an offset is ignored, as the specification says."""
    try:
        return datetime.fromisoformat(str(value)).replace(tzinfo=None)
    except ValueError as error:
        raise refused(f"'{value}' is not a valid datetime.") from error


def a_year_after(start: datetime) -> datetime:
    """Return the same time of the next year."""
    try:
        return start.replace(year=start.year + 1)
    except ValueError:  # 29 February
        return start.replace(year=start.year + 1, month=3, day=1)


def _check(start: datetime, end: datetime, report: Report, interval: str) -> None:
    if end <= start:
        raise refused("The timeframe's end must be after its start.")
    if end > a_year_after(start):
        raise refused("The timeframe cannot be longer than 1 year.")
    most = report.interval_days.get(interval)
    if most is not None and end - start > timedelta(days=most):
        raise refused(f"With interval {interval}, the timeframe cannot be over {most} days.")
    if report.since is not None and start.date() < report.since:
        raise refused(f"Data is unavailable before {report.since}.")
