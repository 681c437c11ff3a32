"""Sets of half-open windows: pure functions on lists that are sorted and do not touch."""

from collections.abc import Iterable

from source_klaviyo.protocol import Window


def merge(windows: Iterable[Window]) -> list[Window]:
    """Return the same seconds as the fewest windows, in ascending order."""
    merged: list[Window] = []
    for window in sorted(windows):
        if merged and window.lo <= merged[-1].hi:
            merged[-1] = Window(merged[-1].lo, max(merged[-1].hi, window.hi))
        else:
            merged.append(window)
    return merged


def subtract(windows: Iterable[Window], holes: Iterable[Window]) -> list[Window]:
    """Return the seconds in `windows` but in no hole.

    >>> subtract([Window(0, 9)], [Window(2, 4)])
    [Window(lo=0, hi=2), Window(lo=4, hi=9)]
    """
    rest = merge(windows)
    for hole in holes:
        rest = [
            Window(lo, hi)
            for window in rest
            for lo, hi in (
                (window.lo, min(window.hi, hole.lo)),
                (max(window.lo, hole.hi), window.hi),
            )
            if lo < hi
        ]
    return rest


def clip(windows: Iterable[Window], lo: int, hi: int) -> list[Window]:
    """Return the part of `windows` in `[lo, hi)`, which may be empty."""
    return [
        Window(max(window.lo, lo), min(window.hi, hi))
        for window in merge(windows)
        if max(window.lo, lo) < min(window.hi, hi)
    ]


def reach(windows: Iterable[Window], lo: int) -> int:
    """Return the first second from `lo` on that `windows` do not cover.

    >>> reach([Window(0, 4), Window(4, 6), Window(8, 9)], 2)
    6
    """
    for window in merge(windows):
        if window.lo > lo:
            break
        lo = max(lo, window.hi)
    return lo
