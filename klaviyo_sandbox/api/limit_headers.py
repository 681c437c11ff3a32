"""How a reply states the rate limit."""

from collections.abc import Sequence
from typing import Protocol

MINUTE = 60
"""Longer windows are daily ones, though a test may shorten the day."""


class LimitWindow(Protocol):
    """A stretch of time in which so many requests may come."""

    seconds: int
    limit: int

    @property
    def remaining(self) -> int:
        """Requests left."""

    def seconds_left(self, now: float) -> float:
        """Return the seconds until there are more."""


def limit_headers(windows: Sequence[LimitWindow], now: float) -> dict[str, str]:
    """Return the headers about `windows`; the first limit is the nearest to its end (recorded)."""
    nearest = min(windows, key=lambda window: (window.remaining, window.seconds))
    listed = ", ".join(f"{window.limit};w={window.seconds}" for window in windows)
    days = [window for window in windows if window.seconds > MINUTE]
    daily = (
        {
            "RateLimit-Remaining-Daily": str(min(window.remaining for window in days)),
            "RateLimit-Reset-Daily": str(int(max(window.seconds_left(now) for window in days))),
        }
        if days
        else {}
    )
    return {
        "RateLimit-Limit": f"{nearest.limit}, {listed}",
        "RateLimit-Remaining": str(nearest.remaining),
        "RateLimit-Reset": str(int(nearest.seconds_left(now))),
        **daily,
    }
