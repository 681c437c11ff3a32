"""Page sizes: as many rows as Klaviyo serves, within the bounds of memory and of recent faults."""

from collections.abc import Sequence
from dataclasses import dataclass

_WANTED_BYTES = 1_750_000
"""The most bytes of a page, so that 32 pages under way fit into a small container."""
_DEFAULTS = (1000, 500, 200, 100, 50, 20, 10, 5, 2, 1)
"""Sizes to try if Klaviyo refuses a size and names no other."""
_EASY_PAGES = 2
"""Pages in a row without a fault, before a size that was lowered for a fault is raised."""
_MOST_PATIENCE = 80
"""The most pages before a raise: the number doubles when a larger size fails again."""
_WORTH_IT = 1.5
"""The least factor of a change: a change can cost a part of a page."""


@dataclass(slots=True)
class CollectionPageSize:
    """The page size of a collection: the `largest` accepted, and bytes a row.

    >>> size = CollectionPageSize(largest=1000)
    >>> size.served(rows=1000, size=3_500_000)
    >>> size.wanted
    500
    """

    largest: int
    bytes_per_row: float = 0.0

    def refused(self, size: int, named: Sequence[int] = ()) -> bool:
        """Note that Klaviyo refuses pages of `size`; `named` are the numbers in its message.

        The largest number below `size` counts as the largest page. Return whether there is a
        smaller size to try.
        """
        if size > self.largest:
            return True  # another request has been told already
        said = [number for number in named if 1 < number < size]
        smaller = [max(said)] if said else [each for each in _DEFAULTS if each < size]
        self.largest = smaller[0] if smaller else size
        return bool(smaller)

    def served(self, rows: int, size: int) -> None:
        """Note that a page of `rows` had `size` bytes."""
        if rows:
            seen = size / rows
            # Up at once and down slowly: memory is lost faster than requests.
            self.bytes_per_row = max(seen, 0.75 * self.bytes_per_row + 0.25 * seen)

    def too_large(self, rows: int, size: int) -> None:
        """Note that a page of `rows` had more than `size` bytes."""
        self.bytes_per_row = max(self.bytes_per_row, size / rows)

    @property
    def wanted(self) -> int:
        """The size to ask for without faults."""
        if not self.bytes_per_row:
            return self.largest
        return max(1, min(self.largest, int(_WANTED_BYTES / self.bytes_per_row)))


@dataclass(slots=True)
class RangePageSize:
    """The size of a reader's pages: `collection`'s, or less after a heavy page has failed."""

    collection: CollectionPageSize
    current: int
    _most: int | None = None
    _easy: int = 0
    _was_raised: bool = False
    _patience: int = _EASY_PAGES

    def another(self) -> "RangePageSize":
        """Return the size for a reader that takes over a part: heavy rows may go on there."""
        return RangePageSize(self.collection, self.current, self._most, _patience=self._patience)

    def served(self) -> None:
        """Note that a page came without a fault."""
        if self._most is None:
            return
        self._easy += 1
        if self._easy >= self._patience:
            self._easy, self._most, self._was_raised = 0, self._most * 2, True
            if self._most >= self.collection.wanted:
                self._most = None

    def shrink(self) -> None:
        """Ask for half, because a page has failed."""
        self._patience = (
            min(_MOST_PATIENCE, self._patience * 2) if self._was_raised else _EASY_PAGES
        )
        self._most, self._easy, self._was_raised = max(1, self.current // 2), 0, False
        self.current = self._most

    def too_large(self, size: int) -> None:
        """Ask for less, because an answer of more than `size` bytes was abandoned."""
        self.collection.too_large(self.current, size)
        self.current = max(1, min(self.current // 2, self.collection.wanted))

    def enlarge(self) -> None:
        """Ask for the largest page, once."""
        self.current = self.collection.largest

    def changes(self) -> bool:
        """Take over the wanted size; return whether the size changes."""
        largest = self.collection.largest
        wanted = min(self.collection.wanted, self._most or largest)
        near = self.current / _WORTH_IT < wanted < self.current * _WORTH_IT
        if near and self.current <= largest:
            return False
        self.current = wanted
        return True
