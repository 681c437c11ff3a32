"""How close together the rows of a window lie."""

from dataclasses import dataclass

from source_klaviyo.protocol import Page

_FIRST_LOOK_AHEAD = 12


@dataclass(slots=True)
class Density:
    """The density of a reader's rows: the time that its last page spanned, in seconds.

    `seconds_per_page` is None before the first page, and if all rows of a page have changed since
    the sync began. `look_ahead` is the number of pages ahead at which a reader may be split.
    `unproven` is the number of splits between a reader and one that has had a page.
    """

    seconds_per_page: int | None = None
    look_ahead: int = _FIRST_LOOK_AHEAD
    unproven: int = 0

    def observe(self, page: Page, horizon: int) -> None:
        """Note the next page; rows at the `horizon` or later do not count."""
        self.unproven = 0
        cursors = [cursor for cursor in page.cursors if cursor is not None]
        told = [cursor for cursor in cursors if cursor < horizon]
        if cursors:
            self.seconds_per_page = max(told) - min(told) if told else None

    def beyond_split(self) -> "Density":
        """Return the density of a reader that takes over the end of the window."""
        return Density(self.seconds_per_page, self.look_ahead * 2, self.unproven + 1)
