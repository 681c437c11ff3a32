"""One partition while it is read."""

from dataclasses import dataclass

from source_klaviyo.partition import Partition
from source_klaviyo.sync.checkpoint import Checkpoint
from source_klaviyo.sync.pagination import RangeReader
from source_klaviyo.sync.seen_rows import SeenRows

_MOST_REPEATS = 5
"""How often changed rows are read again, before their changes are left to the next sync."""


@dataclass(slots=True, eq=False)
class PartitionReading:
    """What has been read of one partition, and by how many readers.

    `checkpoints` has one for each view, None where there is no stream or no cursor. `readers` is
    how many readers it has had, `open` how many of them are under way, `pages` how many pages they
    have fetched, `repeats` how often it was read again. `recent` are rows that several readers may
    bring: those that changed after the sync began, and those without a cursor value. `unordered`
    tells that pages came out of order, `refused` that Klaviyo does not serve the partition.
    `reads_without_cursor` tells that the rows without a cursor value have a reader of their own.
    """

    partition: Partition
    checkpoints: list[Checkpoint | None]
    recent: SeenRows
    open: int = 0
    pages: int = 0
    readers: int = 0
    repeats: int = 0
    reads_without_cursor: bool = False
    unordered: bool = False
    refused: bool = False

    def begun(self) -> None:
        """Note that one more reader is under way."""
        self.open += 1
        self.readers += 1

    def accept(self, reader: RangeReader) -> None:
        """Take note of a page that `reader` has taken in."""
        self.pages += 1
        self.unordered = self.unordered or not reader.order.ascends

    def is_read_again(self, last: RangeReader) -> bool:
        """Tell whether rows may have moved away while they were read, `last` having ended last.

        A single reader in ascending order meets every row that moves on while it reads.
        """
        if self.repeats >= _MOST_REPEATS:
            return False
        if last.repeat:
            return last.new_rows
        return self.pages > 1 and (self.readers > 1 or self.unordered)
