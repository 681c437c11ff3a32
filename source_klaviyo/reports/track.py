"""The due windows of a report's partition, in the fewest calls."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from source_klaviyo.protocol import Window
from source_klaviyo.reports.days import DAY, Period
from source_klaviyo.reports.pace import HOT_DAYS, WARM_DAYS, Costs, Pace
from source_klaviyo.reports.state import ReportState, Settling
from source_klaviyo.sync.state.ranges import clip, merge, subtract

_NEVER: Final = -1
_REFUSED_FOR: Final = 30 * DAY


@dataclass(frozen=True, slots=True)
class Due:
    """A window to read with a call; `read_at` is the time of the last reading, -1 for never."""

    window: Window
    refreshing: bool
    read_at: int = _NEVER


@dataclass(frozen=True, slots=True)
class Track:
    """A partition of a report: its state, and the first day to read.

    `pages` is the expected number of calls for a window.
    """

    state: ReportState
    settling: Settling
    start: int
    pages: int = 1

    @property
    def _period(self) -> Period:
        return self.settling.period

    def stop(self, now: int) -> int:
        """Return the day after today."""
        return self.settling.timezone.day_at(now) + DAY

    def costs(self, now: int) -> Costs:
        """Return the calls to read the partition again."""
        stop = self.stop(now)
        lowest = max(min(self.start, stop - DAY), self.settling.boundary(now))

        def calls(days: int) -> int:
            lo = max(lowest, stop - days * DAY)
            return len(self._period.calls(Window(lo, stop))) * self.pages

        if self._is_refused(now):
            return Costs()
        return Costs(calls(HOT_DAYS + 1), calls(WARM_DAYS + 1), calls(10**4))

    def due(self, now: int, pace: Pace) -> list[Due]:
        """Return all windows that could be read at the second `now`, in the fewest calls."""
        stop = self.stop(now)
        start = self._period.first(self.start) if self.start < stop else stop
        lo = max(start, self.start)
        if lo >= stop or self._is_refused(now):
            return []
        unread = subtract([Window(lo, stop)], self.state.known)
        recent = max(lo, min(stop, self.settling.boundary(now)))
        fresh = [*clip(unread, recent, stop), *self._due_again(now, stop, lo, pace)]
        again = self._whole_periods(fresh, lo, stop)
        refreshing = list(self._joined(again, unread))
        left = subtract(self._whole_periods(clip(unread, lo, recent), lo, stop), refreshing)
        filling = [call for window in left for call in self._period.calls(window)]
        return [
            *(Due(each, refreshing=True, read_at=self._read_at(each)) for each in refreshing),
            *(Due(each, refreshing=False) for each in sorted(filling, reverse=True)),
        ]

    def _is_refused(self, now: int) -> bool:
        refused = self.state.refused_at
        return refused is not None and now - refused < _REFUSED_FOR

    def _due_again(self, now: int, stop: int, lo: int, pace: Pace) -> Iterator[Window]:
        """Yield windows that were read before and are due again."""
        edges = (lo, stop - (WARM_DAYS + 1) * DAY, stop - (HOT_DAYS + 1) * DAY, stop)
        for reading in self.state.readings:
            for begin, end in pairwise(edges):
                days_old = (stop - end) // DAY
                if now - reading.at >= pace.due_after(days_old):
                    yield from clip([reading.window], max(lo, begin), end)

    def _whole_periods(self, windows: Iterable[Window], lo: int, stop: int) -> list[Window]:
        """Return windows widened to whole rows, within the days to read."""
        period = self._period
        return merge(
            Window(max(lo, period.first(each.lo)), min(stop, period.following(each.hi - DAY)))
            for each in windows
        )

    def _joined(self, windows: Sequence[Window], unread: Sequence[Window]) -> Iterator[Window]:
        """Yield the fewest calls that bring all of `windows`, the newest first.

        A call with room also takes days between two windows, unless settled, and unread days before
        them.
        """
        if self._period.longest is None:
            for window in reversed(windows):
                yield from self._period.calls(window)
            return
        longest = self._period.longest * DAY
        left = list(windows)
        while left:
            hi = left[-1].hi
            settled = (each.hi for each in self.state.settled if each.hi < hi)
            floor = max(hi - longest, *settled, 0)
            lo = min(max(each.lo, floor) for each in left if each.hi > floor)
            for gap in reversed(unread):
                if gap.lo < lo <= gap.hi:
                    lo = max(gap.lo, hi - longest)
            yield Window(lo, hi)
            left = subtract(left, [Window(lo, hi)])

    def _read_at(self, window: Window) -> int:
        """Return the oldest reading of the days of `window`."""
        if subtract([window], self.state.known):
            return _NEVER
        return min(
            (each.at for each in self.state.readings if clip([each.window], window.lo, window.hi)),
            default=_NEVER,
        )
