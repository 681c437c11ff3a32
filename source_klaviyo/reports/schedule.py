"""The windows of all reports to read in a sync, within the quota of a day."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Final

from source_klaviyo.reports.calls import Calls
from source_klaviyo.reports.days import DAY
from source_klaviyo.reports.pace import Costs, pace
from source_klaviyo.reports.track import Due, Track

REFRESHING_SHARE: Final = 0.5
"""The part of a day's quota for reading days again."""

_PLANNED: Final = 0.85
"""The part of the refreshing share that the pace plans with: windows fall due at different
times."""

_COMES_BACK: Final = 2 * 3600
"""Seconds; calls that become a day old within so many seconds are granted again during a sync."""
UNKNOWN_INTERVAL: Final = 6 * 3600.0
"""Seconds between two syncs, as assumed before a second sync."""


@dataclass(slots=True)
class Pool:
    """Partitions that share a day's quota of `limit` calls, None without a limit.

    `calls` are the recent calls of each report of the pool. `interval` is the time between two
    syncs in seconds: the past gets the calls that refreshing will not need.
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
        """Return the first of `due` that fit into so many calls."""
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
    """The windows to read in a sync: for each track in its order, the newest first.

    `left` counts the windows of the past that are left to later syncs.
    """

    windows: Sequence[Sequence[Due]]
    left: int
