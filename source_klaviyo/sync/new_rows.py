"""Which rows of a page have not come before: no row is emitted twice within a sync."""

from dataclasses import dataclass

from source_klaviyo.protocol import Page
from source_klaviyo.sync.page_order import LONG_AGO, PageOrder
from source_klaviyo.sync.seen_rows import SeenRows


@dataclass(slots=True)
class NewRows:
    """Tells the new rows of one window from those that a repeated or widened request brings again.

    `asked_from` is the second from which the rows that are read were asked for. Rows before it come
    where Klaviyo's lower bound is exclusive: the request is widened by a second then. `shared`
    tells that other readers go by the same `seen`.
    """

    seen: SeenRows
    asked_from: int = LONG_AGO
    shared: bool = False

    def among(self, page: Page, order: PageOrder, horizon: int) -> list[bool]:
        """Tell of each row whether it is new, and remember the page.

        `order` is that of the pages before. No request begins at the second `horizon` or later.
        """
        cursors = [cursor for cursor in page.cursors if cursor is not None]
        if order.ascends and cursors and len(cursors) == len(page.ids):
            known = (
                [False] * len(page.ids)
                if min(cursors) > order.latest
                else self.seen.has(page.ids, page.cursors)
            )
            if order.latest < min(max(cursors), horizon):
                # What comes again can only be of this page, or of its last second.
                self.seen.forget()
        else:
            known = self.seen.has(page.ids, page.cursors)
        self.seen.add(page.ids, page.cursors)
        early = [cursor is not None and cursor < self.asked_from for cursor in page.cursors]
        if not any(early):
            return [not each for each in known]
        return [not (each or before) for each, before in zip(known, early, strict=True)]

    def close(self) -> None:
        """Let go of what is remembered, if it is of no use to another reader."""
        if not self.shared:
            self.seen.forget()
