"""Seconds that hold more rows than a page, where page cursors do not tell rows apart."""

from collections.abc import Sequence
from dataclasses import dataclass

from source_klaviyo.protocol import Page
from source_klaviyo.sync.page_size import RangePageSize


@dataclass(slots=True)
class Ties:
    """How one reader gets past rows that share a second.

    A page cursor that does not name the last row may be the sort value alone: what did not fit on
    the page is skipped then. It may as well be one that nobody can read. `doubted` is the second
    of which that is not known yet, `trusted` tells that a following page has begun within the
    second of the page before it, so that nothing is skipped.

    `enlarged_at` is the second for which the largest page was asked, `from_end` the one that is
    read from its end next. `lost` tells that rows between the two ends may be missing.
    """

    doubted: int | None = None
    trusted: bool = False
    enlarged_at: int | None = None
    from_end: int | None = None
    lost: bool = False

    def may_be_skipped(self, page: Page) -> bool:
        """Tell whether the page after `page` may lack rows of its last second."""
        return not (page.exact or self.trusted)

    def enlarge(self, second: int, size: RangePageSize | None) -> bool:
        """Have the largest page asked for, once a second; False where that is no larger."""
        if size is None or self.enlarged_at == second:
            return False
        self.enlarged_at = second
        return size.enlarge()

    def are_skipped(self, page: Page, known: Sequence[bool]) -> bool:
        """Tell whether `page` may lack rows of the doubted second, which the page before ended in.

        `known` tells which of its rows have come before. If rows may be lacking, that second is
        to be read from its end, and `page` asked for once more after that.
        """
        new = [cursor for cursor, old in zip(page.cursors, known, strict=True) if not old]
        if self.doubted is None or (page.next and not new):
            return False  # an empty page says nothing; the next one does
        second, self.doubted = self.doubted, None
        if second in new:
            self.trusted = True
            return False
        self.from_end = second
        return True
