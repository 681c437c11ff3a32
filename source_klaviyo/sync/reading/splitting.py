"""Splits of windows, so that an idle worker can read a part."""

from collections.abc import Sequence

from source_klaviyo.protocol import FOREVER
from source_klaviyo.sync.windows.window_reader import WindowReader

_LEAST_PAGES = 3
"""Pages that have to be left: each half gains more than the round trip of the split."""
_FIRST_FREE = 4.0
_FREE_PER_PAGE = 0.25
_MOST_FREE = 12.0
_PAGES_PER_WASTE = 25
"""The pages that splits may waste in all: a few at first and more while pages come, and one for so
many pages read. By simulation: with more, small collections pass 1.05 of the fewest requests plus
20; with less, large ones start slowly."""
_USUAL_WASTE = 0.6
"""The expected waste of an unfinished reader, in pages: half of its last, and a little for readers
that turn out to be empty."""
_MOST_UNPROVEN = 3
"""The most splits in a row of a reader without a page."""
_TRUST = 4
"""The most pages that count as left, in multiples of the pages read."""


class Splitter:
    """The decisions about splits of a collection.

    A split wastes a part of a page, as the first reader runs into the rows of the second. Without
    rows in the second part, a split wastes a whole page. So splits are rationed by the past waste
    and the expected waste, more strictly if splits have not paid.

    Splits are made where rows are expected: in the middle of a reader's rest by the density of its
    last page, but at most `look_ahead` pages ahead (see Density).

    A reader may be split again before its first page has come: otherwise ten years would be split
    into twenty parts a round trip after the other. The number of such splits is bounded, or a peak
    would count as the density of ten years.
    """

    def __init__(self) -> None:
        self._pages = 0
        self._full_page = 1
        self._wasted = 0

    def observe(self, reader: WindowReader, fetched: int, kept: int) -> None:
        """Note a page of `reader`, with the number of its records and of the new ones."""
        self._pages += 1
        self._full_page = max(self._full_page, fetched)
        if reader.finished and reader.hi != FOREVER:
            self._wasted += self._full_page - kept

    def choose(
        self, readers: Sequence[WindowReader], horizon: int
    ) -> tuple[WindowReader, int] | None:
        """Return the reader with the most left before `horizon`, and the second to split it at.

        None if no split is worth its cost by now.
        """
        longest = max(readers, key=lambda reader: pages_left(reader, horizon), default=None)
        if longest is None or longest.density.unproven >= _MOST_UNPROVEN:
            return None
        if self._rationed(readers, horizon):
            return None
        left = pages_left(longest, horizon)
        if left < _LEAST_PAGES:
            return None
        density = longest.density
        ahead = min(left / 2, density.look_ahead) * (density.seconds_per_page or 0)
        return longest, longest.place.at + max(1, round(ahead))

    def _rationed(self, readers: Sequence[WindowReader], horizon: int) -> bool:
        """Whether another split would waste too much, by the known pages left to read."""
        known = sum(
            pages_left(reader, horizon)
            for reader in readers
            if reader.hi != FOREVER and not reader.density.unproven
        )
        to_come = min(known, _TRUST * self._pages)
        wasted = self._wasted / self._full_page
        fruitful = 1 - wasted / max(1, self._pages)
        free = min(_MOST_FREE, _FIRST_FREE + _FREE_PER_PAGE * self._pages)
        allowed = free * fruitful + (self._pages + to_come) / _PAGES_PER_WASTE
        return wasted + len(readers) * _USUAL_WASTE >= allowed


def pages_left(reader: WindowReader, horizon: int) -> float:
    """Return an estimate of a reader's pages left; 0 for a reader that must not be split."""
    seconds_left = min(reader.hi, horizon) - reader.place.at
    seconds_per_page = reader.density.seconds_per_page
    if not reader.splittable or seconds_per_page is None or seconds_left <= 1:
        return 0.0
    # A page within a single second shows only that a second has at least a page.
    return seconds_left / max(seconds_per_page, 0.5)
