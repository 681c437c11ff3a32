"""Days of an account's timezone, and the windows of days that a call may ask for.

A day is the second at which its date begins in UTC, wherever the account is: so windows of days are
windows like all others, and no clock change disturbs them. Only the questions for today's date, and
for the end of a day, need the timezone.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from source_klaviyo.protocol import Window

DAY: Final = 86_400


def day_of(text: str) -> int:
    """Return the day of a date. Raises ValueError.

    >>> day_of("1970-01-03")
    172800
    """
    return _day(date.fromisoformat(text))


def date_of(day: int) -> date:
    """Return the date of a day.

    >>> date_of(172_800).isoformat()
    '1970-01-03'
    """
    return datetime.fromtimestamp(day, UTC).date()


def _day(of: date) -> int:
    return int(datetime.combine(of, datetime.min.time(), UTC).timestamp())


@dataclass(frozen=True, slots=True)
class Timezone:
    """The account's timezone.

    >>> berlin = Timezone(ZoneInfo("Europe/Berlin"))
    >>> date_of(berlin.day_at(moment=1_795_995_000)).isoformat()
    '2026-11-30'
    """

    zone: ZoneInfo

    def day_at(self, moment: float) -> int:
        """Return the account's day at a second since 1970."""
        return _day(datetime.fromtimestamp(moment, UTC).astimezone(self.zone).date())

    def begins_at(self, day: int) -> int:
        """Return the second since 1970 at which a day begins in the timezone.

        If the clock jumps over midnight, the result is the second of the jump.
        """
        midnight = datetime.combine(date_of(day), datetime.min.time(), self.zone)
        return int(midnight.timestamp())


@dataclass(frozen=True, slots=True)
class Period:
    """The days that a row of a report counts, and the days that a call may ask for.

    With `longest`, a row counts a day, and a call may ask for `longest` days. Without, a row counts
    a calendar month, and a call asks for a single month.

    >>> [str(date_of(each.lo)) for each in Period(60).calls(Window(0, 90 * DAY))]
    ['1970-01-31', '1970-01-01']
    """

    longest: int | None = None

    def first(self, day: int) -> int:
        """Return the first day that the row with `day` counts."""
        return day if self.longest else _day(date_of(day).replace(day=1))

    def following(self, day: int) -> int:
        """Return the first day of the row after the row with `day`."""
        if self.longest:
            return day + DAY
        return _day((date_of(day).replace(day=1) + timedelta(days=31)).replace(day=1))

    def calls(self, window: Window) -> list[Window]:
        """Return the fewest windows that a call each can ask for, the newest first."""
        found, hi = [], window.hi
        while hi > window.lo:
            lo = hi - self.longest * DAY if self.longest else self.first(hi - DAY)
            found.append(Window(max(lo, window.lo), hi))
            hi = lo
        return found
