"""Which windows of a report are to be read in a sync: for each partition, and within the quota."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import groupby, pairwise
from typing import Final

from source_klaviyo.days import DAY, Period
from source_klaviyo.protocol import Window
from source_klaviyo.reports.calls import Calls
from source_klaviyo.reports.pace import HOT_DAYS, WARM_DAYS, Costs, Pace, pace
from source_klaviyo.reports.state import ReportState, Settling
from source_klaviyo.sync.ranges import clip, merge, subtract

REFRESHING_SHARE: Final = 0.5
"""The part of a day's quota that reading again may take."""

_PLANNED: Final = 0.85
"""The part of that which the pace counts on: windows do not all fall due at the same time."""

_NEVER: Final = -1
_COMES_BACK: Final = 2 * 3600
"""Seconds: calls that are a day old in so long come back while a sync is under way."""
UNKNOWN_INTERVAL: Final = 6 * 3600.0
"""Seconds between two syncs that are reckoned with before it is known how often they come."""
_REFUSED_FOR: Final = 30 * DAY


@dataclass(frozen=True, slots=True)
class Due:
    """A window to read with one call; `read_at` is when its days were last read, -1 for never."""

    window: Window
    refreshing: bool
    read_at: int = _NEVER


@dataclass(frozen=True, slots=True)
class Track:
    """One partition of a report: its state, and the first day that is wanted of it.

    `pages` is how many calls a window is thought to take.
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
        """Return what it takes to read it again."""
        stop = self.stop(now)
        lowest = max(min(self.start, stop - DAY), self.settling.boundary(now))

        def calls(days: int) -> int:
            lo = max(lowest, stop - days * DAY)
            return len(self._period.calls(Window(lo, stop))) * self.pages

        if self._is_refused(now):
            return Costs()
        return Costs(calls(HOT_DAYS + 1), calls(WARM_DAYS + 1), calls(10**4))

    def due(self, now: int, pace: Pace) -> list[Due]:
        """Return all that could be read at the second `now`, in the fewest calls."""
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
        """Yield what was read before and is due again."""
        edges = (lo, stop - (WARM_DAYS + 1) * DAY, stop - (HOT_DAYS + 1) * DAY, stop)
        for reading in self.state.readings:
            for begin, end in pairwise(edges):
                days_old = (stop - end) // DAY
                if now - reading.at >= pace.due_after(days_old):
                    yield from clip([reading.window], max(lo, begin), end)

    def _whole_periods(self, windows: Iterable[Window], lo: int, stop: int) -> list[Window]:
        """Return the windows that hold whole rows, as far as those are wanted."""
        period = self._period
        return merge(
            Window(max(lo, period.first(each.lo)), min(stop, period.following(each.hi - DAY)))
            for each in windows
        )

    def _joined(self, windows: Sequence[Window], unread: Sequence[Window]) -> Iterator[Window]:
        """Yield the fewest calls that bring all of `windows`, the newest first.

        A call that has room takes along what lies between two windows, unless it is settled, and
        days before them that are still unread.
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
        """Return when the day of `window` was read that has waited for longest."""
        if subtract([window], self.state.known):
            return _NEVER
        return min(
            (each.at for each in self.state.readings if clip([each.window], window.lo, window.hi)),
            default=_NEVER,
        )


@dataclass(slots=True)
class Pool:
    """Partitions that draw on one day's quota of `limit` calls, None where there is none.

    `calls` are those that were made of late, of each report that draws on it. `interval` is the
    time between two syncs in seconds: what the past may have depends on what refreshing will need.
    """

    limit: int | None
    calls: Sequence[Calls] = ()
    tracks: list[Track] = field(default_factory=list)
    interval: float = UNKNOWN_INTERVAL

    def plan(self, now: int) -> "Plan":
        """Return the windows to read in a sync that starts at the second `now`."""
        costs = sum((track.costs(now) for track in self.tracks), Costs())
        fresh, _ = self._made(now - DAY)
        lately, filled = self._made(now - DAY + _COMES_BACK)
        cap = None if self.limit is None else int(self.limit * REFRESHING_SHARE)
        refreshing = None if cap is None or self.limit is None else min(cap, self.limit - filled)
        allowed = pace(costs, None if refreshing is None else refreshing * _PLANNED)
        due = [
            (number, each)
            for number, track in enumerate(self.tracks)
            for each in track.due(now, allowed)
        ]
        due.sort(key=lambda entry: (-entry[1].window.hi, entry[1].read_at))
        again = self._within([each for each in due if each[1].refreshing], _left(refreshing, fresh))
        spent = sum(self.tracks[number].pages for number, _ in again)
        room = None
        if self.limit is not None and cap is not None:
            reserve = min(cap, max(lately + spent, costs.of_a_day(DAY / self.interval)))
            room = self.limit - filled - reserve
        back = self._within([each for each in due if not each[1].refreshing], room)
        left = sum(1 for _, each in due if not each.refreshing) - len(back)
        chosen = sorted([*again, *back], key=lambda entry: entry[0])
        windows = {
            number: [each for _, each in entries]
            for number, entries in groupby(chosen, key=lambda entry: entry[0])
        }
        return Plan([windows.get(number, []) for number in range(len(self.tracks))], left)

    def _made(self, since: float) -> tuple[int, int]:
        made = [each.since(since) for each in self.calls]
        return sum(fresh for fresh, _ in made), sum(filling for _, filling in made)

    def _within(self, due: list[tuple[int, Due]], calls: int | None) -> list[tuple[int, Due]]:
        """Return the first of `due` that take no more than so many calls."""
        if calls is None:
            return due
        chosen = []
        for number, each in due:
            calls -= self.tracks[number].pages
            if calls < 0:
                break
            chosen.append((number, each))
        return chosen


def _left(allowed: int | None, spent: int) -> int | None:
    return None if allowed is None else max(0, allowed - spent)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to read in a sync: for each track in its order, the newest first.

    `left` is how many windows of the past are left to later syncs.
    """

    windows: Sequence[Sequence[Due]]
    left: int
