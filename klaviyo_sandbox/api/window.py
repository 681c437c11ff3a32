"""The windows of a rate limit, and how a reply states them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

MINUTE = 60
DAY = 86_400
"""The only window longer than a minute."""


@dataclass(slots=True)
class Window:
    """A fixed window. The first request after the end of a window starts the next."""

    seconds: int
    limit: int
    started: float = -math.inf
    used: int = 0

    def open_at(self, now: float) -> None:
        """Start anew if the window is over."""
        if now >= self.started + self.seconds:
            self.started = now
            self.used = 0

    @property
    def remaining(self) -> int:
        """Requests left."""
        return max(0, self.limit - self.used)

    def seconds_left(self, now: float) -> float:
        """Return the seconds until the window ends."""
        return max(0.0, self.started + self.seconds - now)


def limit_headers(windows: Sequence[Window], now: float) -> dict[str, str]:
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
