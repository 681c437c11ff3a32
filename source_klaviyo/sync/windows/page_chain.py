"""How the next page is asked for: rule 1 of window_reader.py; and pages without an end."""

from collections.abc import Sequence
from dataclasses import dataclass

from source_klaviyo.protocol import BEGINNING, FOREVER, Page, Window
from source_klaviyo.sync.windows.position import LONG_AGO

_MOST_EMPTY_PAGES = 1_000
_MOST_KNOWN_PAGES = 20
"""Pages in a row, empty or without a new row, that are taken for the way to further rows."""


@dataclass(slots=True)
class PageChain:
    """Pages that lead from each to the next by their page cursors, after a request by time.

    `token` is the cursor of the next page, None where the next request is by time. The last request
    by time was sent at the position `began`, with the lower bound `since` and the upper `until`.

    Example: `begin(window, at)` before a request by time, `ask(size, parts)` before each page,
    `follow(page)` after each page with a next, `break_off()` where the page cursors lead nowhere.
    """

    token: str | None = None
    began: int = LONG_AGO
    since: int = LONG_AGO
    until: int = FOREVER
    _names_row: bool = True
    _asked: tuple[int | None, frozenset[str]] = (None, frozenset())
    _token_asked: tuple[int | None, frozenset[str]] = (None, frozenset())
    _tied: Sequence[str | None] = ()
    _pages_without_new: int = 0
    _broken_off: bool = False
    _marked: int | None = None
    _length: int = 0

    def begin(self, window: Window, at: int) -> None:
        """Note that `window` is asked for by time; `at` is the position in the reader's window."""
        self.began = at
        self.since = window.lo if window.lo != BEGINNING else LONG_AGO
        self.until = window.hi
        self._marked, self._length = None, 0

    def ask(self, size: int | None, parts: frozenset[str]) -> bool:
        """Note how the next page is asked for: its `size`, and the `parts` left out.

        Return whether the page that gave the token had another size, or other parts.
        """
        self._asked = size, parts
        return self.token is not None and self._asked != self._token_asked

    def follow(self, page: Page) -> None:
        """Ask for the page after `page`, the last, by its page cursor.

        The value that the last rows share is noted where the cursor names no row.
        """
        self.token, self._names_row, self._token_asked = page.next, page.exact, self._asked
        if page.ids:
            last = page.values[-2:] if len(page.cursors) > 1 and not page.exact else ()
            self._tied = last[1:] if last and last[0] == last[1] else ()

    def break_off(self) -> None:
        """Ask for the next page by time."""
        self.token = None

    def break_off_once(self) -> bool:
        """Ask for the next page by time; False if a request by time has led nowhere before."""
        if self._broken_off:
            return False
        self.token, self._broken_off = None, True
        return True

    def change_size(self) -> None:
        """Ask for another size: by time, unless the page cursor names the row."""
        if not self._names_row:
            self.token = None

    def progressed(self) -> None:
        """Allow to break off once more: a part of the window is complete."""
        self._broken_off = False

    def passed_over(self, page: Page, fresh: Sequence[bool]) -> str | None:
        """Return the value whose rows the last page cursor may have passed over, if any.

        `fresh` tells of each row of `page` whether the row is new.
        """
        new = [value for value, is_new in zip(page.values, fresh, strict=False) if is_new]
        if not self._tied or not (new or page.next is None):
            return None
        (tied,), self._tied = self._tied, ()
        return None if self.token is None or tied in new else str(tied)

    def fault(self, page: Page, fresh: Sequence[bool]) -> str | None:
        """Return why the pages seem to have no end, None as long as they lead on."""
        self._pages_without_new = 0 if any(fresh) else self._pages_without_new + 1
        if self._pages_without_new >= (_MOST_KNOWN_PAGES if page.ids else _MOST_EMPTY_PAGES):
            self._pages_without_new = 0
            return "brings no new row"
        return "leads back to a page before" if self._leads_back() else None

    def _leads_back(self) -> bool:
        """Tell whether page cursors lead in a circle (Brent's algorithm: one cursor is kept)."""
        named = hash(self.token)
        if named == self._marked:
            return True
        self._length += 1
        if self._length & (self._length - 1) == 0:
            self._marked = named
        return False
