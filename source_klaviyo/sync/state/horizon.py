"""The horizon: the last second of a sync."""

from collections.abc import Callable

from source_klaviyo.api.server_clock import ServerClock

MARGIN = 5
"""Seconds: Klaviyo refuses bounds that are not well in the past, and rows of the last moments may
still be on their way."""


def horizon(clock: ServerClock) -> Callable[[], int]:
    """Return a function that returns the second which no state of this sync passes.

    Rows that Klaviyo stamps after the sync's start must not count as read: they may lie on pages
    that have come before.
    """
    return lambda: int(clock.at_start - MARGIN)
