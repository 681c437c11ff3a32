"""Rate limits: what Klaviyo publishes, by the names of its tiers, and what its answers tell."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

DAY: Final = 86_400
"""The longest window, in seconds."""

_MOST: Final = 1_000_000_000
"""Requests in a window; no limit that is meant is larger."""


@dataclass(frozen=True, slots=True)
class Limit:
    """Requests allowed in one second, in one minute and, where there is such a limit, in a day.

    Klaviyo counts them per account (private keys) or per installation (OAuth), each endpoint by
    itself; `RateLimit-Limit` states them in every answer.
    """

    burst: int
    steady: int
    daily: int | None = None

    @property
    def windows(self) -> dict[int, int]:
        """The limit by the length of its window in seconds."""
        return {1: self.burst, 60: self.steady, **({DAY: self.daily} if self.daily else {})}


@dataclass(frozen=True, slots=True)
class DailyLimit:
    """Requests allowed in a day, and in parts of it as many."""

    daily: int

    @property
    def windows(self) -> dict[int, int]:
        """The limit by the length of its window in seconds."""
        return {DAY: self.daily}


XS = Limit(1, 15)
S = Limit(3, 60)
M = Limit(10, 150)
L = Limit(75, 750)
XL = Limit(350, 3500)
REPORT = Limit(1, 2, 225)


@dataclass(frozen=True, slots=True)
class RateLimitHeaders:
    """What `RateLimit-Limit: 750, 75;w=1, 750;w=60` and its companions say.

    The first number is the limit of the window that is nearest to its end (`nearest`, in seconds);
    every window follows. `remaining` requests and `reset` whole seconds belong to the nearest.
    """

    limits: dict[int, int]
    nearest: int
    remaining: int
    reset: int

    @classmethod
    def parse(cls, headers: Mapping[str, str]) -> "RateLimitHeaders | None":
        """Return what an answer's `headers` say, None where they are missing or cannot be true.

        A window ends within its own length, whatever is stated.
        """
        try:
            binding, *windows = headers["RateLimit-Limit"].split(",")
            limits = {
                int(seconds): int(limit)
                for limit, _, seconds in (window.partition(";w=") for window in windows)
            }
            nearest = next(seconds for seconds, limit in limits.items() if limit == int(binding))
            remaining, reset = headers["RateLimit-Remaining"], int(headers["RateLimit-Reset"])
            if not 0 <= reset <= DAY or not all(map(_plausible, limits, limits.values())):
                return None
            return cls(limits, nearest, int(remaining), min(reset, nearest))
        except (KeyError, ValueError, StopIteration):
            return None


def _plausible(seconds: int, limit: int) -> bool:
    """Tell whether there can be such a window: the answer that states it was granted, after all."""
    return 1 <= seconds <= DAY and 1 <= limit <= _MOST
