"""Where the rows without a cursor value are: they lie together at one end of the sort order."""

from dataclasses import dataclass
from itertools import pairwise

from source_klaviyo.protocol import Page


@dataclass(slots=True)
class RowsWithoutCursor:
    """Looks for them page by page, from the end (`newest_first`) or from the beginning.

    Klaviyo sorts them first or last, and does not say which. `began_with_others` tells that rows
    with a value have come before any of them.
    """

    newest_first: bool = True
    began_with_others: bool = False
    _edge: int | None = None

    def have_passed(self, page: Page) -> bool:
        """Tell whether none come after `page`, the next one.

        Where pages are not sorted as they were asked for, such rows may be anywhere. Pages that are
        sorted among each other are enough.
        """
        values = [cursor for cursor in page.cursors if cursor is not None]
        nulls = len(page.cursors) - len(values)
        if not (page.sorted and values):
            return False
        self.began_with_others = self.began_with_others or None not in page.cursors[:1]
        edge, self._edge = self._edge, min(values) if self.newest_first else max(values)
        if not nulls and edge is not None:
            return max(values) <= edge if self.newest_first else min(values) >= edge
        pairs = pairwise(reversed(values) if self.newest_first else values)
        return None not in page.cursors[nulls:] and all(a <= b for a, b in pairs)
