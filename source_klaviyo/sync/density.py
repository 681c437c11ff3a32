"""How densely the rows of a window lie, which tells where to split it."""

from dataclasses import dataclass

from source_klaviyo.protocol import Page

_FIRST_LOOK_AHEAD = 12


@dataclass(slots=True)
class Density:
    """What one reader knows.

    `seconds_per_page` is how much of the cursor's time its last page spanned, None where all its
    rows have changed since the sync began. Before it has had a page, it is that of the reader that
    it was split from, and None where there was none.
    `look_ahead` is how many pages ahead it may be split. `unproven` is how many splits lie between
    it and a reader that has had a page.
    """

    seconds_per_page: int | None = None
    look_ahead: int = _FIRST_LOOK_AHEAD
    unproven: int = 0

    def observe(self, page: Page, horizon: int) -> None:
        """Take note of the next page; what follows rows at the `horizon` or later is not split."""
        self.unproven = 0
        cursors = [cursor for cursor in page.cursors if cursor is not None]
        told = [cursor for cursor in cursors if cursor < horizon]
        if cursors:
            self.seconds_per_page = max(told) - min(told) if told else None

    def beyond_split(self) -> "Density":
        """Return that of a reader which takes over the end of the window."""
        return Density(self.seconds_per_page, self.look_ahead * 2, self.unproven + 1)
