"""Up to when a sync reads."""

from collections.abc import Callable

MARGIN = 5
"""Seconds: Klaviyo refuses bounds that are not well in the past, and rows of the last moments
may still be on their way."""


def horizon(began: int, server_lag: Callable[[], float]) -> Callable[[], int]:
    """Return the function that tells the second which no state of this sync passes.

    `began` is this machine's time at the start; `server_lag` the seconds by which Klaviyo's clock
    turns out to be behind it: rows that Klaviyo stamps from here on must not be taken as read.
    """

    def fixed() -> int:
        return int(began - server_lag() - MARGIN)

    return fixed
