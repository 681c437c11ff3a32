"""The least time in which Klaviyo's rate limits let a number of requests through.

In bursts, it is what fixed windows allow that are spent as soon as they open; steadily, it is the
smaller of the limits of a second and of a minute, divided evenly.
"""

from collections.abc import Mapping


def burst_seconds(requests: int, windows: Mapping[int, int]) -> float:
    """Return when the last of `requests` can be sent, the first being sent at second 0.

    `windows` has the requests allowed by the length of a window in seconds. Windows are fixed: each
    begins with the first request after the one before has ended. So every window is filled as
    early as it can be, the shorter ones within the longer.
    """
    granted: dict[int, int] = {}
    room, inner = 1, 0
    for length, limit in sorted(windows.items()):
        granted[length] = room = min(limit, room * (length // inner)) if inner else limit
        inner = length
    left, seconds = max(0, requests - 1), 0
    for length, room in sorted(granted.items(), reverse=True):
        full, left = divmod(left, room)
        seconds += full * length
    return float(seconds)


def steady_seconds(requests: int, windows: Mapping[int, int]) -> float:
    """Return how long `requests` take at the rate that the limits in `windows` allow for long."""
    return max(requests * length / limit for length, limit in windows.items())


def most_requests(fewest: int) -> int:
    """Return the requests that a sync may make where so many are the fewest."""
    return int(1.05 * fewest + 20)


def pages(rows: int, page_size: int) -> int:
    """Return the fewest requests that read `rows`: an empty collection is asked for, too."""
    return max(1, -(-rows // page_size))
