"""A first page of a window, and the pages that follow it by their page cursors."""

from dataclasses import dataclass, field

from source_klaviyo.protocol import FOREVER, Page, Window
from source_klaviyo.sync.page_order import LONG_AGO


@dataclass(slots=True)
class PageChain:
    """How one reader asks for pages: each by the token of the one before it.

    `token` is what fetches the next page, None for a first one. `began` is the second that the
    first page was asked from, `asked_until` the end that Klaviyo was told, FOREVER where it cannot
    be told one. `size` is the size of the pages, None where there is no choice.
    """

    token: str | None = None
    began: int = LONG_AGO
    asked_until: int = FOREVER
    size: int | None = None
    _token_is_exact: bool = True
    _tokens: set[int] = field(default_factory=set)
    _rows: int = 0
    _most_rows: int = 0

    def ask(self, window: Window, size: int | None) -> None:
        """Note that the next page is asked for: of `window` if it is a first one.

        It has the `size` that is wanted, unless its token may be the number of a page: that of a
        larger page would skip rows.
        """
        if self.token is None:
            self._rows = 0
            self.began, self.asked_until = window.lo, window.hi
        if self.token is None or self._token_is_exact:
            self.size = size

    def follow(self, page: Page) -> None:
        """Go on with the page after `page`."""
        self.token, self._token_is_exact = page.next, page.exact

    def restart(self) -> None:
        """Begin anew, because the token leads nowhere."""
        self.token = None
        self.forget_tokens()

    def forget_tokens(self) -> None:
        """Let tokens come again: it is known why they would."""
        self._tokens.clear()

    def leads_back(self) -> bool:
        """Tell whether the token has been used already: Klaviyo would lead us in a circle."""
        if self.token is None:
            return False
        if hash(self.token) in self._tokens:
            return True
        self._tokens.add(hash(self.token))
        return False

    def leads_further(self, rows: int) -> bool:
        """Count the `rows` of a page; tell whether no chain from this position had so many."""
        self._rows += rows
        farther = self._rows > self._most_rows
        self._most_rows = max(self._most_rows, self._rows)
        return farther

    def position_moved(self) -> None:
        """Begin to count rows anew: a restart repeats fewer pages now."""
        self._rows = self._most_rows = 0
