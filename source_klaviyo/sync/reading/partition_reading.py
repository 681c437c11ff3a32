"""The progress of a partition in a sync."""

from collections.abc import Sequence
from dataclasses import dataclass

from source_klaviyo.api.partition import Partition
from source_klaviyo.protocol import BEGINNING, Window
from source_klaviyo.sync.state.checkpoint import Checkpoint
from source_klaviyo.sync.windows.seen_rows import SeenRows
from source_klaviyo.sync.windows.window_reader import WindowReader
from source_klaviyo.sync.windows.window_view import RowsWithoutCursor, WindowView


@dataclass(slots=True, eq=False)
class PartitionReading:
    """The progress of a partition and its readers.

    `checkpoints` has a checkpoint for each view, None without a stream or a cursor, `no_cursor` the
    rows without a cursor value. `readers`
    counts all readers, `open` those under way, `pages` the pages that they have fetched, `failures`
    the readers that have failed since the last page. `recent` are the rows that several readers may
    bring. `unordered` means that pages came in no order, `refused` that Klaviyo does not serve the
    partition. `asks_without_cursor` means that rows without a cursor value have a reader of their
    own, `read_again` that changes during the sync have another.
    """

    partition: Partition
    checkpoints: Sequence[Checkpoint | None]
    no_cursor: Sequence[RowsWithoutCursor]
    recent: SeenRows
    open: int = 0
    pages: int = 0
    readers: int = 0
    failures: int = 0
    asks_without_cursor: bool = False
    unordered: bool = False
    refused: bool = False
    read_again: bool = False
    passed_front: bool = False

    def view(self, view: int, missing: Sequence[Window], *, misses_all: bool = True) -> WindowView:
        """Return a view, with the windows that the view misses, for a reader of the partition."""
        checkpoint, no_cursor = self.checkpoints[view], self.no_cursor[view]
        return WindowView(view, missing, checkpoint, misses_all, no_cursor=no_cursor)

    def begun(self) -> None:
        """Note another reader under way."""
        self.open += 1
        self.readers += 1

    def ended(self) -> None:
        """Note that a reader has ended."""
        self.open -= 1

    def failed(self) -> int:
        """Note a failure; return the number of failures since the last page."""
        self.failures += 1
        return self.failures

    def refuse(self) -> None:
        """Note that Klaviyo does not serve the partition."""
        self.refused = True

    def ask_again(self) -> None:
        """Note that rows changed meanwhile have a reader."""
        self.read_again = True

    def ask_without_cursor(self) -> None:
        """Note that rows without a cursor value have a reader."""
        self.asks_without_cursor = True

    def took(self, reader: WindowReader) -> None:
        """Note a page that `reader` has taken in."""
        self.pages += 1
        self.failures = 0
        self.passed_front = self.passed_front or reader.lo == BEGINNING < reader.place.at
        self.unordered = self.unordered or not reader.place.ascends

    @property
    def rows_may_have_moved(self) -> bool:
        """Whether rows may have moved away while they were read.

        A single reader in ascending order meets every row that moves on while it reads.
        """
        return self.pages > 1 and (self.readers > 1 or self.unordered)
