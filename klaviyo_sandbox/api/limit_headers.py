"""How a reply states the rate limit."""

from collections.abc import Sequence
from typing import Protocol

from klaviyo_sandbox.quirks import Quirks

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


def limit_headers(windows: Sequence[LimitWindow], now: float, quirks: Quirks) -> dict[str, str]:
    """Return the headers about `windows`: of Klaviyo's style, unless the quirks say otherwise.

    A limit that is lower in fact is stated as published.
    """
    style = quirks.limit_headers
    if style == "none":
        return {}
    if not quirks.daily_limit_shown:
        windows = [window for window in windows if window.seconds <= MINUTE]
    binding = (
        max(windows, key=lambda window: window.seconds)
        if quirks.limit_binding == "longest"
        else min(windows, key=lambda window: (window.remaining, window.seconds))
    )
    used = binding.limit - binding.remaining
    published = {window.seconds: round(window.limit / quirks.limit_factor) for window in windows}
    limit, reset = published[binding.seconds], int(binding.seconds_left(now))
    remaining = max(0, limit - used)
    if style == "ietf":
        text = f"limit={limit}, remaining={remaining}, reset={reset}"
        return {"RateLimit": text}
    days = [window for window in windows if window.seconds > MINUTE]
    daily = (
        {
            "RateLimit-Remaining-Daily": str(min(window.remaining for window in days)),
            "RateLimit-Reset-Daily": str(int(max(window.seconds_left(now) for window in days))),
        }
        if days
        else {}
    )
    listed = ", ".join(f"{limit};w={seconds}" for seconds, limit in published.items())
    return {
        "RateLimit-Limit": listed if style == "windows_only" else f"{limit}, {listed}",
        "RateLimit-Remaining": str(remaining),
        "RateLimit-Reset": str(reset),
        **daily,
    }
