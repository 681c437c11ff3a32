"""Which time a report is about."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from klaviyo_sandbox.api.errors import ApiError
from klaviyo_sandbox.spec import Report

POINTER = "/data/attributes/timeframe"
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Timeframe:
    """Local times, without an offset; `end` does not belong any more."""

    start: datetime
    end: datetime


def timeframe_of(value: object, report: Report, interval: str, today: date) -> Timeframe:
    """Return the timeframe that the body asks for.

    Raises:
        ApiError: 400, it is none, or too long for the report or its `interval`.
    """
    if isinstance(value, dict) and value.keys() == {"key"}:
        key = str(value["key"])
        if key not in report.timeframes:
            raise refused(f"'{key}' is not a valid timeframe key.")
        found = _named(key, today)
    elif isinstance(value, dict) and value.keys() == {"start", "end"}:
        found = Timeframe(_moment(value["start"]), _moment(value["end"]))
    else:
        raise refused("A timeframe needs either a key, or start and end.")
    _check(found, report, interval)
    if "key" in value:
        return found
    return Timeframe(found.start, found.end.replace(microsecond=0) + timedelta(seconds=1))


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


def _check(found: Timeframe, report: Report, interval: str) -> None:
    if found.end <= found.start:
        raise refused("The timeframe's end must be after its start.")
    if found.end > a_year_after(found.start):
        raise refused("The timeframe cannot be longer than 1 year.")
    most = report.interval_days.get(interval)
    if most is not None and found.end - found.start > timedelta(days=most):
        raise refused(f"With interval {interval}, the timeframe cannot be over {most} days.")
    if report.since is not None and found.start.date() < report.since:
        raise refused(f"Data is unavailable before {report.since}.")


def _months(first: date, count: int) -> date:
    """Return the first day of the month `count` months after that of `first`."""
    years, month = divmod(first.year * 12 + first.month - 1 + count, 12)
    return date(years, month + 1, 1)


def _named(key: str, today: date) -> Timeframe:
    if key in _PERIODS:
        start, end = _PERIODS[key](today)
    else:  # last_7_days and its like
        start, end = today - timedelta(days=int(key.split("_")[1])), today
    midnight = datetime.min.time()
    return Timeframe(datetime.combine(start, midnight), datetime.combine(end, midnight))


def _week(today: date) -> date:
    return today - timedelta(days=today.weekday())


_PERIODS: dict[str, Callable[[date], tuple[date, date]]] = {
    "today": lambda today: (today, today + _DAY),
    "yesterday": lambda today: (today - _DAY, today),
    "this_week": lambda today: (_week(today), today + _DAY),
    "last_week": lambda today: (_week(today) - 7 * _DAY, _week(today)),
    "this_month": lambda today: (_months(today, 0), today + _DAY),
    "last_month": lambda today: (_months(today, -1), _months(today, 0)),
    "last_3_months": lambda today: (_months(today, -3), _months(today, 0)),
    "last_12_months": lambda today: (_months(today, -12), _months(today, 0)),
    "this_year": lambda today: (date(today.year, 1, 1), today + _DAY),
    "last_year": lambda today: (date(today.year - 1, 1, 1), date(today.year, 1, 1)),
}
