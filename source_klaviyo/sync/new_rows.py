"""Which rows of a page have not come before: no row is emitted twice within a sync."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress

from source_klaviyo.protocol import Page
from source_klaviyo.sync.page_order import LONG_AGO, PageOrder
from source_klaviyo.sync.seen_rows import SeenRows


@dataclass(slots=True)
class NewRows:
    """Tells the new rows of one window from those that a repeated or widened request brings again.

    `seen` are rows of this window. `recent` are those rows of the whole partition, whichever reader
    has emitted them, that others may bring again: without a cursor value, or changed since the sync
    began. They come at their old place as well as at their new one.

    `asked_from` is the second from which the rows that are read were asked for. Rows of the second
    before it may come, too: Klaviyo's bounds may be inclusive or exclusive, so requests are widened
    by a second. `shared` tells that other readers go by the same `seen`.
    """

    seen: SeenRows
    recent: SeenRows
    asked_from: int = LONG_AGO
    shared: bool = False

    def among(self, page: Page, order: PageOrder, horizon: int) -> list[bool]:
        """Tell of each row whether it is new.

        `order` is that of the pages before. Rows at the second `horizon` or later are recent.
        """
        known = self._known(page, order, horizon)
        if len({*page.ids}) < len(page.ids):
            known = [a or b for a, b in zip(known, _repeated(page), strict=True)]
        early = [cursor is not None and cursor < self.asked_from for cursor in page.cursors]
        if not any(early):
            return [not each for each in known]
        return [not (each or before) for each, before in zip(known, early, strict=True)]

    def remember(
        self, page: Page, inside: Sequence[bool], kept: Sequence[bool], horizon: int
    ) -> None:
        """Remember the rows `inside` the window; those `kept` are emitted now."""
        _add(self.seen, page, inside)
        recent = [
            keep and (cursor is None or cursor >= horizon)
            for keep, cursor in zip(kept, page.cursors, strict=bool(page.cursors))
        ]
        if any(recent):
            _add(self.recent, page, recent)

    def close(self) -> None:
        """Let go of what is remembered, if it is of no use to another reader."""
        if not self.shared:
            self.seen.forget()

    def _known(self, page: Page, order: PageOrder, horizon: int) -> list[bool]:
        cursors = [cursor for cursor in page.cursors if cursor is not None and cursor < horizon]
        ordered = order.ascends and bool(cursors) and None not in page.cursors
        if ordered and len(cursors) == len(page.ids) and min(cursors) > order.latest:
            known = [False] * len(page.ids)
        else:
            known = self.seen.has(page.ids, page.cursors)
        if ordered and order.latest < max(cursors):
            # What comes again can only be of this page, or of its last second.
            self.seen.forget()
        if len(cursors) == len(page.cursors):
            return known
        again = self.recent.has(page.ids, page.cursors)
        is_recent = [cursor is None or cursor >= horizon for cursor in page.cursors]
        return [a or (b and c) for a, b, c in zip(known, again, is_recent, strict=True)]


def _add(rows: SeenRows, page: Page, wanted: Sequence[bool]) -> None:
    """Remember the rows of a page that are `wanted`."""
    if all(wanted):
        rows.add(page.ids, page.cursors)
    else:
        ids, cursors = compress(page.ids, wanted), compress(page.cursors, wanted)
        rows.add(list(ids), list(cursors))


def _repeated(page: Page) -> list[bool]:
    """Tell of each row whether the same one stands before it on the page."""
    cursors = page.cursors or [None] * len(page.ids)
    before = set[tuple[str, int | None]]()
    found = []
    for row in zip(page.ids, cursors, strict=True):
        found.append(row in before)
        before.add(row)
    return found
