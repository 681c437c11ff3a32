"""What a view gets of a window that several views read together."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from source_klaviyo.errors import StreamFailed
from source_klaviyo.protocol import Extract, ItemRequest, Page, Window


@dataclass(slots=True)
class PendingItems:
    """The items of a page that are still to come, and the window that is complete with them.

    `without_cursor` tells that all rows without a cursor value are complete with them.
    """

    items: int
    completes: Window | None
    without_cursor: bool = False


@dataclass(frozen=True, slots=True)
class ViewStep:
    """What a page brought for one view.

    `completes` are the windows that are read completely by it; `without_cursor` tells that all rows
    without a cursor value are. `reopens` is a window that was taken as read and is not: the order
    of pages turned out not to be what it seemed. `refused` tells that Klaviyo does not serve the
    partition.
    """

    view: int
    extract: Extract
    completes: Sequence[Window] = ()
    without_cursor: bool = False
    reopens: Window | None = None
    items: Sequence[tuple[ItemRequest, PendingItems]] = ()
    failure: StreamFailed | None = None
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Read:
    """A page of a reader whose window begins at the second `lo`.

    `kept` tells of each row whether it is to be emitted. `completes` is the window that is complete
    with the page, `reopens` one that was taken as read and is not. `without_cursor` tells that all
    rows without a cursor value have come with it.
    """

    lo: int
    page: Page
    kept: Sequence[bool]
    completes: Window | None
    reopens: Window | None = None
    without_cursor: bool = False


@dataclass(slots=True)
class RangeView:
    """A view that a reader reads for: its number, and the first second that it misses.

    A page whose rows are asked for item by item is complete when its items are; `pending` has such
    pages in their order. `covered` are windows behind `lo` that it has, although they are read.
    """

    view: int
    lo: int
    pending: deque[PendingItems] = field(default_factory=deque)
    covered: Sequence[Window] = ()

    def beyond(self, second: int) -> "RangeView":
        """Return the same view of a reader that begins at `second`, and waits for no items yet."""
        return replace(self, lo=max(second, self.lo), pending=deque())

    def wants(self, cursor: int | None) -> bool:
        """Tell whether it misses a row with this cursor."""
        if cursor is None:
            return True
        return cursor >= self.lo and not any(cursor in window for window in self.covered)

    def clip(self, window: Window | None) -> Window | None:
        """Return what of `window` the view misses."""
        if window is None or window.hi <= self.lo:
            return None
        return Window(max(window.lo, self.lo), window.hi)

    def completed(self) -> tuple[list[Window], bool]:
        """Return the windows that are complete now with their items.

        And whether all rows without a cursor value are.
        """
        windows, without_cursor = [], False
        while self.pending and not self.pending[0].items:
            done = self.pending.popleft()
            windows += [done.completes] if done.completes else []
            without_cursor = without_cursor or done.without_cursor
        return windows, without_cursor

    def step(self, read: Read, extract: Extract) -> ViewStep:
        """Return what a page brought for the view, whose `extract` it has."""
        if extract.failure:
            return ViewStep(self.view, Extract(), failure=extract.failure)
        kept = read.kept
        if self.lo > read.lo or self.covered:
            pairs = zip(kept, read.page.cursors, strict=True)
            kept = [keep and self.wants(cursor) for keep, cursor in pairs]
        if read.reopens:
            for earlier in self.pending:
                earlier.completes = None
        if not all(kept):
            extract = extract.only(kept)
        items = len(extract.items)
        pending = PendingItems(items, self.clip(read.completes), read.without_cursor)
        self.pending.append(pending)
        completes, without_cursor = self.completed()
        return ViewStep(
            self.view,
            extract,
            completes,
            without_cursor,
            self.clip(read.reopens),
            [(item, pending) for item in extract.items],
        )
