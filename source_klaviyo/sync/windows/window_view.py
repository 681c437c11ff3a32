"""A view's part of a window that a reader reads for several views."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import compress

from source_klaviyo.protocol import BEGINNING, FOREVER, Extract, ItemRequest, Page, Window
from source_klaviyo.sync.output.output_queue import Delivery
from source_klaviyo.sync.state.checkpoint import Checkpoint, CursorCheckpoint
from source_klaviyo.sync.state.ranges import subtract


@dataclass(frozen=True, slots=True)
class Read:
    """A page's effect on the window of its reader.

    `kept` says of each row whether the reader emits the row. `completes` is the window that is
    complete with the page, `reopens` a window that was complete and is open again. `without_cursor`
    says that all rows without a cursor value have come. `ahead` numbers the rows at or behind
    the horizon.
    """

    page: Page
    kept: Sequence[bool]
    completes: Window | None
    reopens: Window | None = None
    without_cursor: bool = False
    ahead: Sequence[int] = ()


@dataclass(slots=True)
class RowsWithoutCursor:
    """The rows of a partition without a cursor value, for a view: several readers may meet them.

    All pages with such rows `have_come`; `waiting` items of such rows have not. `lacking` means
    that a row could not be read.
    """

    have_come: bool = False
    waiting: int = 0
    lacking: bool = False
    _told: bool = False

    def come(self) -> None:
        """Note that no further page brings such rows."""
        self.have_come = True

    def wait_for(self, items: int) -> None:
        """Note items of such rows that are still to come."""
        self.waiting += items

    def item_ended(self) -> None:
        """Note that an item has come, or is missed."""
        self.waiting -= 1

    def lack(self) -> None:
        """Note that a row could not be read."""
        self.lacking = True

    def are_complete(self) -> bool:
        """Return whether all have come, only once."""
        if self._told or self.lacking or self.waiting or not self.have_come:
            return False
        self._told = True
        return True


@dataclass(slots=True)
class PendingPage:
    """A page that is complete for a view when its last `items` have come."""

    items: int
    completes: Window | None
    without_cursor: bool
    has_cursors: bool

    def item_ended(self) -> None:
        """Note that an item has come, or is missed."""
        self.items -= 1

    def end_without_cursor(self) -> None:
        """Note that no rows without a cursor value follow."""
        self.without_cursor = True

    def reopen(self) -> None:
        """Note that the page completes nothing after all."""
        self.completes = None


@dataclass(slots=True)
class WindowView:
    """A view of a window: the parts that the view misses, and the pages that wait for their items.

    `checkpoint` is the view's checkpoint of the partition. `missing` are the windows that the view
    has not read yet. `misses_all` is false if the view misses only a part of the reader's window.
    `holes` are the seconds of rows that could not be read: no state may cover them.
    `no_cursor` is shared by all readers of the partition.
    """

    view: int
    missing: Sequence[Window]
    checkpoint: Checkpoint | None = None
    misses_all: bool = True
    holes: list[Window] = field(default_factory=list)
    no_cursor: RowsWithoutCursor = field(default_factory=RowsWithoutCursor)
    _pending: deque[PendingPage] = field(default_factory=deque)

    def another(self) -> "WindowView":
        """Return the same view for the reader of another part of the window."""
        return WindowView(
            self.view, self.missing, self.checkpoint, self.misses_all, no_cursor=self.no_cursor
        )

    def deliver(self, partition: int, read: Read, extract: Extract) -> Delivery:
        """Return the view's delivery of a page, whose part for the view is `extract`."""
        kept = read.kept
        if not self.misses_all:
            pairs = zip(kept, read.page.cursors, strict=True)
            kept = [keep and self._misses(cursor) for keep, cursor in pairs]
        ahead: list[tuple[str, int]] = []
        if read.ahead and isinstance(self.checkpoint, CursorCheckpoint):
            kept, ahead = self._without_known(self.checkpoint, read, kept)
        if extract.failure:
            self._give_up(
                cursor for keep, cursor in zip(kept, read.page.cursors, strict=False) if keep
            )
        if not all(kept):
            extract = extract.only(kept)
        if read.reopens:
            for earlier in self._pending:
                earlier.reopen()
        has_cursors = bool(read.page.cursors)
        pending = PendingPage(len(extract.items), read.completes, read.without_cursor, has_cursors)
        self._pending.append(pending)
        cursors = _cursors_of_entries(extract, kept, read.page)
        if extract.items and has_cursors:
            self.no_cursor.wait_for(sum(cursor is None for cursor in cursors))
        completes, without_cursor = self._completed()
        return Delivery(
            self.view,
            partition,
            extract,
            completes,
            read.reopens,
            without_cursor=without_cursor,
            checkpoint=self.checkpoint,
            failure=extract.failure,
            ahead=() if extract.items or extract.failure else ahead,
            cursors=cursors,
        )

    def end_without_cursor(self) -> bool:
        """Note that no rows without a cursor value follow; return whether all have been written."""
        if self._pending:
            self._pending[-1].end_without_cursor()
            return False
        self.no_cursor.come()
        return self.no_cursor.are_complete()

    def wanted(self, delivery: Delivery) -> "list[WantedItem]":
        """Return the items that a page, delivered last, still waits for."""
        return [
            WantedItem(self, item, self._pending[-1], cursor)
            for item, cursor in zip(delivery.extract.items, delivery.cursors, strict=False)
        ]

    def item_ended(self, item: "WantedItem", partition: int, *, missed: bool) -> Delivery | None:
        """Note that an item has come, or was `missed`; return the windows complete with it."""
        if missed and item.page.has_cursors:
            self._give_up([item.cursor])
        elif missed:
            self.holes.append(Window())  # rows without cursors cannot be told apart
        item.page.item_ended()
        if item.cursor is None and item.page.has_cursors:
            self.no_cursor.item_ended()
        completes, without_cursor = self._completed()
        if not (completes or without_cursor):
            return None
        return Delivery(
            self.view,
            partition,
            completes=completes,
            without_cursor=without_cursor,
            checkpoint=self.checkpoint,
        )

    def _without_known(
        self, checkpoint: CursorCheckpoint, read: Read, kept: Sequence[bool]
    ) -> tuple[list[bool], list[tuple[str, int]]]:
        """Leave out rows of the future that an earlier sync has written; return the others."""
        kept, ahead = list(kept), []
        for row in read.ahead:
            name, cursor = read.page.ids[row], read.page.cursors[row] or 0
            kept[row] = kept[row] and not checkpoint.has_written(name, cursor)
            if kept[row]:
                ahead.append((name, cursor))
        return kept, ahead

    def _misses(self, cursor: int | None) -> bool:
        """Whether the view misses a row with this cursor."""
        if cursor is None:
            return True
        # The last moments of the year 9999 west of Greenwich are in the year 10000 by UTC.
        second = min(max(cursor, BEGINNING), FOREVER - 1)
        return any(second in each for each in self.missing)

    def _give_up(self, cursors: Iterable[int | None]) -> None:
        """Leave the seconds of rows to the next sync."""
        for cursor in cursors:
            if cursor is None:
                self.no_cursor.lack()
            elif cursor < FOREVER:
                self.holes.append(Window(max(0, cursor), max(0, cursor) + 1))

    def _completed(self) -> tuple[list[Window], bool]:
        """Return the windows whose items have come, and whether the rows without cursor have."""
        windows = list[Window]()
        while self._pending and not self._pending[0].items:
            done = self._pending.popleft()
            windows += subtract([done.completes], self.holes) if done.completes else []
            if done.without_cursor:
                self.no_cursor.come()
        return windows, self.no_cursor.are_complete()


@dataclass(frozen=True, slots=True)
class WantedItem:
    """An item of a page that a view asks for; `cursor` is the cursor of the item's row."""

    view: WindowView
    request: ItemRequest
    page: PendingPage
    cursor: int | None


def _cursors_of_entries(extract: Extract, kept: Sequence[bool], page: Page) -> Sequence[int | None]:
    """Return the cursor of each item's, or each record's, row."""
    entries = len(extract.items or extract.ids)
    if not (entries and page.cursors):
        return [None] * entries
    if extract.rows is not None:
        return [page.cursors[row] for row in extract.rows]
    return list(compress(page.cursors, kept))[:entries]
