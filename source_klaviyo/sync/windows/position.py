"""How far a window has been read: rules 2 and 3 of window_reader.py."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from source_klaviyo.protocol import Window

LONG_AGO = -(2**62)
"""A cursor value before that of any row."""
_LEAST_TO_HALVE = 2


@dataclass(slots=True)
class Position:
    """The progress of one reader in its window `[lo, hi)`, in seconds since 1970.

    All rows before the second `at` have come. `latest` is the second of the last row, as long as
    the pages are `in_order`: ascending, or `descending` (nothing is complete then before the end).
    `hi` is lowered by a split.

    >>> place = Position(100, 900, in_order=True)
    >>> place.follow([100, 150, 200])
    >>> place.advance()
    Window(lo=100, hi=200)
    >>> place.follow([190, 300])
    Window(lo=100, hi=200)
    >>> place.advance()
    """

    lo: int
    hi: int
    in_order: bool
    descending: bool = False
    at: int = field(init=False)
    latest: int = field(init=False)

    def __post_init__(self) -> None:
        self.at = self.lo
        self.latest = -LONG_AGO if self.descending else LONG_AGO

    @property
    def ascends(self) -> bool:
        """Whether every row behind the last has a later cursor value, or the same."""
        return self.in_order and not self.descending

    @property
    def is_beyond(self) -> bool:
        """Whether the pages have left the window, so that no row of the window can follow."""
        return self.latest < self.lo if self.descending else self.latest >= self.hi

    def follow(self, cursors: Sequence[int]) -> Window | None:
        """Take note of the `cursors` of new rows, all before the horizon.

        Return the seconds that are open again, because the rows contradict the order.
        """
        if not self.in_order:
            return None
        found = [self.latest, *cursors]
        if found == sorted(found, reverse=self.descending):
            self.latest = found[-1]
            return None
        self.in_order = False
        reopens = Window(self.lo, self.at) if self.at > self.lo else None
        self.at = self.lo
        return reopens

    def advance(self) -> Window | None:
        """Return the seconds that the last rows have completed, if any."""
        return self._complete(self.latest) if self.ascends else None

    def pass_second(self) -> Window | None:
        """Return the second at hand as complete, and go on behind."""
        return self._complete(self.at + 1)

    def finish(self) -> Window | None:
        """Return the rest of the window: the pages have ended."""
        return self._complete(self.hi)

    def _complete(self, at: int) -> Window | None:
        if at <= self.at:
            return None
        complete, self.at = Window(self.at, at), at
        return complete

    def split(self, at: int) -> Window:
        """Give up the seconds from `at` on, and return them."""
        rest, self.hi = Window(at, self.hi), at
        return rest

    def middle(self, horizon: int) -> int | None:
        """Return the middle of the rest before `horizon`; None where a single second is left."""
        end = min(self.hi, horizon)
        return None if end - self.at < _LEAST_TO_HALVE else (self.at + end) // 2
