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
    """Return what is in `windows` and in none of `holes`."""
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
    """Return what of `windows` lies in `[lo, hi)`; nothing where that is empty."""
    return [
        Window(max(window.lo, lo), min(window.hi, hi))
        for window in merge(windows)
        if max(window.lo, lo) < min(window.hi, hi)
    ]


def reach(windows: Iterable[Window], lo: int) -> int:
    """Return up to where `windows` cover every second from `lo` on; `lo` if they do not at all."""
    for window in merge(windows):
        if window.lo > lo:
            break
        lo = max(lo, window.hi)
    return lo
