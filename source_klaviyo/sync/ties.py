"""Rows of one cursor value that do not fit on a page, where page cursors do not tell rows apart."""

from collections.abc import Sequence
from dataclasses import dataclass

from source_klaviyo.protocol import Page
from source_klaviyo.sync.page_order import LONG_AGO
from source_klaviyo.sync.page_size import RangePageSize

_MOST_RECHECKS = 3
"""How often a page is asked for with one row less, where another one comes each time."""
_REPEATS = 2
"""How often a page brings nothing but the rows of the one before it; once may be a fault."""


@dataclass(slots=True)
class Ties:
    """How one reader gets past rows that share a second, or that have no cursor value.

    A page cursor that does not name the last row may be its value alone: rows of that value which
    did not fit on the page are skipped then. It may as well be one that nobody can read. The next
    page shows it: `doubted` tells that it has to go on with the value of the last row, `trusted`
    that a page has done so.

    If it does not, those rows may just have filled the page. So the doubted page is asked for once
    more with one row less: the one after it has to begin with the row that was left out.

    `second` is that of the last row. `from_end` is the second that is read from its end next.
    `lost` tells that rows may be missing.
    """

    doubted: bool = False
    trusted: bool = False
    second: int | None = None
    from_end: int | None = None
    lost: bool = False
    _most_rows: int = 2
    _enlarged_at: int = LONG_AGO
    _rechecks: int = 0
    _is_rechecked: bool = False
    _repeats: int = 0
    _page_ids: Sequence[str] = ()
    _last_ids: Sequence[str] = ()
    _last_values: Sequence[str | int | None] = ()

    def may_be_skipped(self, page: Page, asked: int | None) -> bool:
        """Tell whether the page after `page` may lack rows of its last value, unless `trusted`.

        It lacks none where `page` is not full, though it may lead on to an empty one. Klaviyo may
        serve fewer rows than were `asked` for, so the fullest page shows what is full.
        """
        self._most_rows = max(self._most_rows, len(page.ids))
        is_full = len(page.ids) >= min(self._most_rows, asked or self._most_rows)
        return is_full and page.next is not None and not page.exact

    def doubt(self, page: Page) -> None:
        """Note that all depends on whether the next page goes on where `page` ends."""
        self._is_rechecked = bool(self._rechecks) and [*page.ids] == [*self._last_ids[:-1]]
        self.doubted = True
        self._last_ids, self.second = page.ids, page.cursors[-1]
        self._last_values = (page.values or page.cursors)[-2:]

    def are_skipped(self, page: Page) -> bool:
        """Tell whether `page` may lack rows of the value that the page before it ended with."""
        if not self.doubted:
            return False
        last = {*self._last_ids}
        new = [row for row, name in enumerate(page.ids) if name not in last]
        if page.next and not new:
            return False  # an empty page says nothing; the next one does
        self.doubted = False
        values, last_values = page.values or page.cursors, self._last_values
        self.trusted = any(values[row] == last_values[-1] for row in new)
        if self.trusted or self._is_rechecked:
            return not self.trusted
        if len(last_values) > 1 and self.second is not None:
            # Where cursors are finer than seconds, most rows have a value of their own.
            return last_values[0] == last_values[1]
        return all(page.cursors[row] != self.second for row in new)

    def repeat(self, page: Page, fresh: Sequence[bool], *, followed: bool) -> bool:
        """Tell whether page cursors lead to the same rows for the second time, `page` among them.

        So they do where a page begins with all rows of the last one's value, and those fill it.
        `followed` tells that a page cursor led to this one.
        """
        if any(fresh):
            self._repeats = 0
        elif followed and page.ids and [*page.ids] == [*self._page_ids]:
            self._repeats += 1
        self._page_ids = page.ids
        return self._repeats >= _REPEATS and page.next is not None

    def distrust(self, page: Page) -> None:
        """Note that rows of the value that `page` ends with are left, and no page brings them."""
        self.doubt(page)
        self.doubted = self.trusted = False

    def ends_meet(self, page: Page, asked: int | None, fresh: Sequence[bool]) -> bool:
        """Tell whether `page`, from the end of a second, has all that has not been read of it.

        `fresh` tells which of its rows have not come before. Where it overlaps with what was read,
        new rows come first and known ones after them. Klaviyo may as well sort rows that share a
        second the same way in both directions: then the page begins with known rows.
        """
        values, doubted = page.values or page.cursors, self._last_values[-1]
        doubtful = self.may_be_skipped(page, asked) and not self.trusted
        if not doubtful or (doubted in values and values[-1] != doubted):
            return True
        new = sum(fresh)
        return 0 < new < len(fresh) and all(fresh[:new])

    def enlarge(self, second: int, size: RangePageSize | None) -> bool:
        """Have the largest page asked for, once a second; False where that is no larger."""
        if size is None or self._enlarged_at == second:
            return False
        self._enlarged_at = second
        return size.enlarge()

    def recheck(self, size: RangePageSize | None) -> bool:
        """Have the doubted page asked for with one row less; False where that has been done."""
        done = self._is_rechecked or self._rechecks >= _MOST_RECHECKS
        if done or size is None or not size.reduce(len(self._last_ids)):
            self._rechecks = 0
            return False
        self._rechecks += 1
        return True
