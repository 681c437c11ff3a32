"""Intervals between two readings of days that are not settled, by their age and the quota."""

from dataclasses import dataclass
from typing import Final

from source_klaviyo.reports.days import DAY

HOT_DAYS: Final = 1
"""Days before today that still change by the hour."""
WARM_DAYS: Final = 7

_HOUR: Final = 3600
_EARLY: Final = 0.05
"""Part of an interval by which a sync may come early: schedules are not kept to the second."""
_WARM_ROUNDS: Final = 4
"""Readings a day of the last week's days, if the quota allows."""


@dataclass(frozen=True, slots=True)
class Costs:
    """The calls to read again the last two days, the last week, or all unsettled days.

    Each number includes the numbers before, as adjacent days share a call.
    """

    hot: int = 0
    warm: int = 0
    whole: int = 0

    def of_a_day(self, syncs: float) -> int:
        """Return the calls for a day of so many syncs at the fastest pace."""
        rounds = min(max(1.0, syncs), DAY / _HOUR)
        warm = min(rounds, _WARM_ROUNDS) - 1
        hot = max(0.0, rounds - _WARM_ROUNDS)
        return int(self.whole + warm * self.warm + hot * self.hot)

    def __add__(self, other: "Costs") -> "Costs":
        """Return the sum of the calls."""
        return Costs(self.hot + other.hot, self.warm + other.warm, self.whole + other.whole)


@dataclass(frozen=True, slots=True)
class Pace:
    """The seconds after which days are due again: the last two, those of a week, older ones."""

    hot: float = _HOUR
    warm: float = DAY / _WARM_ROUNDS
    cold: float = DAY

    def due_after(self, days_old: int) -> float:
        """Return the seconds between two readings of a day, `days_old` days ago."""
        interval = self.cold
        if days_old <= HOT_DAYS:
            interval = self.hot
        elif days_old <= WARM_DAYS:
            interval = self.warm
        return interval * (1 - _EARLY)


def pace(costs: Costs, calls: float | None) -> Pace:
    """Return the fastest pace within so many `calls` a day; None means no limit.

    Once a day all unsettled days are read, three times more the last week, and with the rest of the
    calls the last two days, at most once an hour.

    >>> pace(Costs(hot=1, warm=1, whole=1), calls=None).hot
    3600
    """
    if calls is None or not costs.hot:
        return Pace()
    if calls < costs.whole:
        slowest = DAY * costs.whole / max(1.0, calls)
        return Pace(slowest, slowest, slowest)
    left = calls - costs.whole
    if left < (_WARM_ROUNDS - 1) * costs.warm:
        interval = DAY / (1 + left / costs.warm)
        return Pace(interval, interval, DAY)
    rounds = _WARM_ROUNDS + (left - (_WARM_ROUNDS - 1) * costs.warm) / costs.hot
    return Pace(max(_HOUR, DAY / rounds))
