"""Rate limits: Klaviyo's published tiers, and the limits in its answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

DAY: Final = 86_400
"""The longest window, in seconds."""

_MOST: Final = 1_000_000_000
"""Requests in a window; a larger number is no limit."""


@dataclass(frozen=True, slots=True)
class Limit:
    """Requests allowed in a second, in a minute and, if there is such a limit, in a day.

    Klaviyo counts them per account (private keys) or per installation (OAuth), each endpoint by
    itself; `RateLimit-Limit` states them in every answer.

    >>> XL.windows, REPORT.windows
    ({1: 350, 60: 3500}, {1: 1, 60: 2, 86400: 225})
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
    """Requests allowed in a day, with no limit for shorter windows."""

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
    """The limits in `RateLimit-Limit: 750, 75;w=1, 750;w=60` and its companions.

    The first number is the limit of the window that is nearest to its limit; every window follows
    (`limits`, by its length in seconds). `left` has the remaining requests and the whole seconds
    until the reset: of the nearest window from `RateLimit-Remaining` and `RateLimit-Reset`, of the
    day from `RateLimit-Remaining-Daily` and `RateLimit-Reset-Daily`, which reports have (recorded).

    >>> RateLimitHeaders.parse({"RateLimit-Limit": "750, 75;w=1, 750;w=60",
    ...                         "RateLimit-Remaining": "749", "RateLimit-Reset": "59"})
    RateLimitHeaders(limits={1: 75, 60: 750}, left={60: (749, 59)})
    """

    limits: dict[int, int]
    left: dict[int, tuple[int, int]]

    @classmethod
    def parse(cls, headers: Mapping[str, str]) -> "RateLimitHeaders | None":
        """Return the limits in an answer's `headers`, None if missing or impossible.

        A window ends within its own length, whatever the headers state.
        """
        try:
            binding, *windows = headers["RateLimit-Limit"].split(",")
            limits = {
                int(seconds): int(limit)
                for limit, _, seconds in (window.partition(";w=") for window in windows)
            }
            nearest = next(seconds for seconds, limit in limits.items() if limit == int(binding))
            left = {nearest: _left(headers, "")}
            if DAY in limits and "RateLimit-Remaining-Daily" in headers:
                left[DAY] = _left(headers, "-Daily")
            plausible = all(0 <= reset <= DAY for _, reset in left.values())
            if not plausible or not all(map(_plausible, limits, limits.values())):
                return None
            ends = {seconds: (rest, min(reset, seconds)) for seconds, (rest, reset) in left.items()}
            return cls(limits, ends)
        except (KeyError, ValueError, StopIteration):
            return None


def _left(headers: Mapping[str, str], suffix: str) -> tuple[int, int]:
    """Return the requests and the seconds left. Raises KeyError or ValueError."""
    return int(headers[f"RateLimit-Remaining{suffix}"]), int(headers[f"RateLimit-Reset{suffix}"])


def _plausible(seconds: int, limit: int) -> bool:
    """Whether such a window can exist: after all, the answer that states the window was granted."""
    return 1 <= seconds <= DAY and 1 <= limit <= _MOST
