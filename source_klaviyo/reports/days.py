"""Days of an account's timezone, and the windows of them that one call may ask for.

A day stands as the second at which its date begins in UTC, wherever the account is: so windows of
days are windows like all others, and no clock change disturbs them. Only "which day is it" and
"when is a day over" ask the timezone.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from source_klaviyo.protocol import Window

DAY: Final = 86_400


def day_of(text: str) -> int:
    """Return the day of a date like `2026-11-24`. Raises ValueError."""
    return _day(date.fromisoformat(text))


def date_of(day: int) -> date:
    """Return the date of a day."""
    return datetime.fromtimestamp(day, UTC).date()


def _day(of: date) -> int:
    return int(datetime.combine(of, datetime.min.time(), UTC).timestamp())


@dataclass(frozen=True, slots=True)
class Timezone:
    """The account's timezone."""

    zone: ZoneInfo

    def day_at(self, moment: float) -> int:
        """Return the day that it is there at a second since 1970."""
        return _day(datetime.fromtimestamp(moment, UTC).astimezone(self.zone).date())

    def begins_at(self, day: int) -> int:
        """Return the second since 1970 at which a day begins there.

        Where the clock jumps over midnight, that is the second of the jump.
        """
        midnight = datetime.combine(date_of(day), datetime.min.time(), self.zone)
        return int(midnight.timestamp())


@dataclass(frozen=True, slots=True)
class Period:
    """What a row of a report counts, and how much of it one call may ask for.

    With `longest` a row counts one day, and a call may ask for so many. Without it a row counts a
    calendar month, and a call asks for one.
    """

    longest: int | None = None

    def first(self, day: int) -> int:
        """Return the first day of what the row with `day` in it counts."""
        return day if self.longest else _day(date_of(day).replace(day=1))

    def following(self, day: int) -> int:
        """Return the first day of the row after the one with `day` in it."""
        if self.longest:
            return day + DAY
        return _day((date_of(day).replace(day=1) + timedelta(days=31)).replace(day=1))

    def calls(self, window: Window) -> list[Window]:
        """Return the fewest windows that one call each can ask for, the newest first."""
        found, hi = [], window.hi
        while hi > window.lo:
            lo = hi - self.longest * DAY if self.longest else self.first(hi - DAY)
            found.append(Window(max(lo, window.lo), hi))
            hi = lo
        return found
