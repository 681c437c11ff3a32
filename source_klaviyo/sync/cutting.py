"""Where to cut a window, so that an idle worker can read a part of it."""

from collections.abc import Sequence

from source_klaviyo.protocol import FOREVER
from source_klaviyo.sync.chain import Chain

_LEAST_PAGES = 3
"""What has to be left of a chain: each half gains more than the round trip that the cut costs."""
_FIRST_FREE = 4.0
_FREE_PER_PAGE = 0.25
_MOST_FREE = 12.0
_PAGES_PER_WASTE = 25
"""What may be wasted in all: some pages, a few at first and more while pages come, and one for so
many pages read. By simulation: with more, small collections pass 1.05 of the fewest requests plus
20; with less, large ones start slowly."""
_USUAL_WASTE = 0.6
"""What an unfinished chain is likely to waste, in pages: half of its last, and a little for those
that turn out to be empty."""
_MOST_UNPROVEN = 3
"""How often in a row a chain is cut before a page of it has come."""
_TRUST = 4
"""How many times the pages read are believed to be left, where it looks like that."""


class Cutter:
    """Decides on the cuts of one stream.

    A cut wastes a part of a page, where the chain before it runs into the rows of the one behind
    it, or a whole one, where nothing turns out to be there. So cuts are rationed by what has been
    wasted and what is likely to be, more strictly where cuts have not paid. They are made where
    records are to be expected: in the middle of what is left of a chain by the density of its last
    page, but at most its `reach` ahead of it (see Chain).

    A chain may be cut again before its first page has come, or ten years would be cut into twenty
    parts one round trip after the other; but only so often, or a peak would be taken for the
    density of ten years.
    """

    def __init__(self) -> None:
        self._pages = 0
        self._full_page = 1
        self._wasted = 0

    def observe(self, chain: Chain, fetched: int, kept: int) -> None:
        """Take note of a page of `chain`: how many records it had, how many of them were new."""
        self._pages += 1
        self._full_page = max(self._full_page, fetched)
        if chain.finished and chain.hi != FOREVER:
            self._wasted += self._full_page - kept

    def choose(self, chains: Sequence[Chain], horizon: int) -> tuple[Chain, int] | None:
        """Return the chain with the most left before `horizon`, and the second to cut it at.

        None says that no cut is worth it by now.
        """
        longest = max(chains, key=lambda chain: pages_left(chain, horizon), default=None)
        if longest is None or longest.unproven >= _MOST_UNPROVEN:
            return None
        if self._rationed(chains, horizon):
            return None
        left = pages_left(longest, horizon)
        if left < _LEAST_PAGES:
            return None
        ahead = min(left / 2, longest.reach) * (longest.seconds_per_page or 0)
        return longest, longest.position + max(1, round(ahead))

    def _rationed(self, chains: Sequence[Chain], horizon: int) -> bool:
        """Tell whether one more cut would waste too much, by what is known to be left to read."""
        known = sum(
            pages_left(chain, horizon)
            for chain in chains
            if chain.hi != FOREVER and not chain.unproven
        )
        to_come = min(known, _TRUST * self._pages)
        wasted = self._wasted / self._full_page
        fruitful = 1 - wasted / max(1, self._pages)
        free = min(_MOST_FREE, _FIRST_FREE + _FREE_PER_PAGE * self._pages)
        allowed = free * fruitful + (self._pages + to_come) / _PAGES_PER_WASTE
        return wasted + len(chains) * _USUAL_WASTE >= allowed


def pages_left(chain: Chain, horizon: int) -> float:
    """Estimate how many pages are left of a chain; 0 where it cannot or should not be cut."""
    seconds_left = min(chain.hi, horizon) - chain.position
    if not chain.ordered or chain.seconds_per_page is None or seconds_left <= 1:
        return 0.0
    # A page within one second says only that at least a page is in a second.
    return seconds_left / max(chain.seconds_per_page, 0.5)
