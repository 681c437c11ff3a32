"""Reads the rows of a partition that have no cursor value: no filter finds them."""

from dataclasses import dataclass

from source_klaviyo.protocol import Page, Window
from source_klaviyo.sync.windows.window_reader import WindowReader


@dataclass(slots=True, eq=False)
class NoCursorReader(WindowReader):
    """Reads rows without a cursor value, which lie together at one end of the order.

    Klaviyo does not document at which end: the reader begins at the other end of the order. Where a
    window's bound has left such rows out of the ascending pages, both ends are asked
    (`ask_both_ends`). No second is complete with such rows.
    """

    _reverses: bool = True
    _ascends_next: bool = False

    def ask_both_ends(self) -> None:
        """Ask in ascending order as well, once the other end is read."""
        self._ascends_next = True

    def _asked(self) -> tuple[Window, bool]:
        return Window(), self._reverses

    def _is_beyond(self, page: Page) -> bool:
        return any(cursor is not None for cursor in page.cursors)

    def _is_last(self) -> bool:
        is_last = not self._ascends_next
        self._reverses = self._ascends_next = False
        return is_last

    def _complete(self) -> Window | None:
        return None
