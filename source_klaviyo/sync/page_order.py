"""In which order the rows of a window come."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress, pairwise

from source_klaviyo.protocol import Page

LONG_AGO = -(2**62)
"""A cursor value before that of any row."""
_FEWEST_DOUBTED = 2
_DOUBTED_PART = 10


@dataclass(slots=True)
class PageOrder:
    """What the pages of one reader have shown so far.

    `ascends` is what to rely on: where Klaviyo sorts, until a page shows something else. `rises`
    and `descends` are what pages show, asked for or not. `earliest` and `latest` are the bounds of
    the cursor values that have come, in seconds. `reached` is a value near the end of the
    last page, and on no page before: up to there all rows have come, if pages ascend.
    """

    ascends: bool
    rises: bool = True
    descends: bool = True
    earliest: int | None = None
    latest: int = LONG_AGO
    reached: int = LONG_AGO

    @property
    def is_shown(self) -> bool:
        """Whether rows have come that differ: those of one second show no order."""
        return self.earliest is not None and self.earliest < self.latest

    def observe(self, page: Page, fresh: Sequence[bool], horizon: int) -> None:
        """Take note of the next page; `fresh` tells of each row whether it has not come before.

        Rows that come again are no sign of disorder: a request that was sent anew brings them. Nor
        are those that have changed since the `horizon`: they may stand where they stood before.
        """
        told = [cursor is not None and cursor < horizon for cursor in page.cursors]
        cursors = [cursor for cursor in compress(page.cursors, told) if cursor is not None]
        if not cursors:
            self.ascends = self.ascends and page.sorted
            return
        new = list(compress(cursors, compress(fresh, told)))
        earliest = [] if self.earliest is None else [self.earliest]
        self.rises = self.rises and all(a <= b for a, b in pairwise([self.latest, *new]))
        self.ascends = self.ascends and page.sorted and self.rises
        falling = pairwise([*earliest, *new])
        self.descends = self.descends and page.sorted and all(a >= b for a, b in falling)
        self.earliest = min([*earliest, *cursors])
        earlier, self.latest = self.latest, max(self.latest, *cursors)
        # Were pages sorted by something else, or had the last rows changed while Klaviyo served the
        # page, it could ascend by chance: what lies before those rows would be passed over.
        doubted = max(_FEWEST_DOUBTED, len(cursors) // _DOUBTED_PART)
        before = [cursor for cursor in cursors[:-doubted] if earlier < cursor < self.latest]
        self.reached = before[-1] if before else self.latest

    def begun_anew(self) -> "PageOrder":
        """Return the order of a reader that is to read a part of the same window."""
        return PageOrder(self.ascends, self.rises, self.descends)
