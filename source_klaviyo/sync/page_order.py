"""In which order the rows of a window come."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from source_klaviyo.protocol import Page

LONG_AGO = -(2**62)
"""A cursor value before that of any row."""


@dataclass(slots=True)
class PageOrder:
    """What the pages of one reader have shown so far.

    `ascends` and `descends` hold until a page shows something else. `earliest` and `latest` are the
    bounds of the cursor values that have come, in seconds.
    """

    ascends: bool
    descends: bool = True
    earliest: int | None = None
    latest: int = LONG_AGO

    def observe(self, page: Page, fresh: Sequence[bool]) -> None:
        """Take note of the next page; `fresh` tells of each row whether it has not come before.

        Rows that come again are no sign of disorder: a request that was sent anew brings them.
        """
        cursors = [cursor for cursor in page.cursors if cursor is not None]
        if not cursors:
            self.ascends = self.ascends and page.sorted
            return
        new = [cursor for cursor, is_new in zip(page.cursors, fresh, strict=True) if is_new]
        rising = pairwise([self.latest, *(cursor for cursor in new if cursor is not None)])
        self.ascends = self.ascends and page.sorted and all(a <= b for a, b in rising)
        before = [] if self.earliest is None else [self.earliest]
        falling = pairwise([*before, *cursors])
        self.descends = self.descends and page.sorted and all(a >= b for a, b in falling)
        self.earliest = min([*before, *cursors])
        self.latest = max(self.latest, *cursors)

    def begun_anew(self) -> "PageOrder":
        """Return the order of a reader that is to read a part of the same window."""
        return PageOrder(self.ascends, self.descends)
