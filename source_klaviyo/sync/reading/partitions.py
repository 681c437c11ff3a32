"""The partitions of a collection in a sync, and the windows to read of each."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from source_klaviyo.api.partition import Partition, partition_key
from source_klaviyo.protocol import BEGINNING, FOREVER, Window
from source_klaviyo.sync.jobs import CollectionJob
from source_klaviyo.sync.state.checkpoint import Checkpoint
from source_klaviyo.sync.state.horizon import MARGIN
from source_klaviyo.sync.state.ranges import merge
from source_klaviyo.sync.windows.new_rows import NewRows
from source_klaviyo.sync.windows.page_size import CollectionPageSize, RangePageSize
from source_klaviyo.sync.windows.seen_rows import IdMemory, SeenRows
from source_klaviyo.sync.windows.window_reader import Purpose, WindowReader
from source_klaviyo.sync.windows.window_view import WindowView


@dataclass(slots=True, eq=False)
class PartitionReading:
    """The progress of a partition and its readers.

    `checkpoints` has a checkpoint for each view, None without a stream or a cursor. `readers`
    counts all readers, `open` those under way, `pages` the pages that they have fetched, `failures`
    the readers that have failed since the last page. `recent` are the rows that several readers may
    bring. `unordered` means that pages came in no order, `refused` that Klaviyo does not serve the
    partition. `asks_without_cursor` means that rows without a cursor value have a reader of their
    own, `read_again` that changes during the sync have another.
    """

    partition: Partition
    checkpoints: Sequence[Checkpoint | None]
    recent: SeenRows
    open: int = 0
    pages: int = 0
    readers: int = 0
    failures: int = 0
    asks_without_cursor: bool = False
    unordered: bool = False
    refused: bool = False
    read_again: bool = False

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
        self.unordered = self.unordered or not reader.place.in_order

    @property
    def rows_may_have_moved(self) -> bool:
        """Whether rows may have moved away while they were read.

        A single reader in ascending order meets every row that moves on while it reads.
        """
        return self.pages > 1 and (self.readers > 1 or self.unordered)


@dataclass(slots=True, eq=False)
class Partitions:
    """The partitions of `job`'s collection by number, and the readers of each."""

    job: CollectionJob
    memory: IdMemory
    page_size: CollectionPageSize | None
    horizon: Callable[[], int]
    readings: dict[int, PartitionReading] = field(default_factory=dict)
    _opened: set[str] = field(default_factory=set)
    _shared: SeenRows = field(init=False)

    def __post_init__(self) -> None:
        self._shared = SeenRows(self.memory)

    def open(self, partition: Partition, views: tuple[int, ...]) -> list[WindowReader]:
        """Return the readers of `partition` for `views`, a reader for each missing window.

        A parent turns up twice if the listing was requested anew or changed meanwhile; the second
        time has no readers.
        """
        if partition_key(partition) in self._opened:
            return []
        number = len(self._opened)
        self._opened.add(partition_key(partition))
        collection = self.job.collection
        checkpoints = self.checkpoints(partition)
        # A row that moves between filters is the same row; a member of two lists is two rows.
        recent = self._shared if collection.partitions else SeenRows(self.memory)
        self.readings[number] = PartitionReading(partition, checkpoints, recent)
        missing = {
            view: checkpoint.missing() if (checkpoint := checkpoints[view]) else [Window()]
            for view in views
        }
        return [
            self._reader(
                number,
                window,
                [
                    WindowView(view, windows, checkpoints[view], _holds(windows, window))
                    for view, windows in missing.items()
                    if windows
                ],
            )
            for window in self._windows(missing.values())
        ]

    def checkpoints(self, partition: Partition) -> Sequence[Checkpoint | None]:
        """Return the checkpoint of `partition` for each view; see PartitionReading."""
        has_cursor = self.job.collection.has_cursor
        return [
            view.stream.checkpoint({**view.constants, **partition})
            if view.stream and (has_cursor or view.stream.refresh)
            else None
            for view in self.job.views
        ]

    def last(self, number: int, views: tuple[int, ...]) -> WindowReader:
        """Return a reader of changes since the start of the refresh, for `views`."""
        self.readings[number].ask_again()
        jobs = [stream for view in views if (stream := self.job.views[view].stream)]
        began = [job.refresh.since - MARGIN for job in jobs if job.refresh]
        return self._beside(number, min([self.horizon(), *began]), views, Purpose.LAST)

    def without_cursor(self, number: int, views: tuple[int, ...]) -> WindowReader | None:
        """Return a reader of the rows without a cursor value, for those of `views` that miss any.

        None if there is such a reader already, or if Klaviyo cannot bring such rows together.
        """
        reading, collection = self.readings[number], self.job.collection
        if reading.asks_without_cursor or not collection.sortable or collection.newest_first:
            return None
        reading.ask_without_cursor()
        checkpoints = {view: reading.checkpoints[view] for view in views}
        missing = tuple(
            view
            for view, checkpoint in checkpoints.items()
            if checkpoint is None or checkpoint.rows_without_cursor
        )
        if not missing:
            return None
        reader = self._beside(number, BEGINNING, missing, Purpose.NO_CURSOR)
        if any(each is not None and each.missing() != [Window()] for each in checkpoints.values()):
            reader.ask_both_ends()
        return reader

    def let_go(self, number: int) -> None:
        """Forget a parent that has been read: a collection may have a hundred thousand."""
        if not self.job.collection.partitions:
            del self.readings[number]

    def _windows(self, missing: Collection[Sequence[Window]]) -> Sequence[Window]:
        """Return the windows that any view misses; for a single view, its own windows.

        If Klaviyo cannot filter out rows after a window's end, everything from the first missing
        second on is a single window.
        """
        if len(missing) == 1 and self.job.collection.bounded_above:
            return next(iter(missing))
        windows = merge(window for each in missing for window in each)
        if not windows or self.job.collection.bounded_above:
            return windows
        return [Window(windows[0].lo, FOREVER)]

    def _beside(
        self, number: int, lo: int, views: tuple[int, ...], purpose: Purpose
    ) -> WindowReader:
        everything, checkpoints = [Window(lo)], self.readings[number].checkpoints
        wanted = [WindowView(view, everything, checkpoints[view]) for view in views]
        return self._reader(number, Window(lo), wanted, purpose)

    def _reader(
        self,
        number: int,
        window: Window,
        views: list[WindowView],
        purpose: Purpose = Purpose.WINDOW,
    ) -> WindowReader:
        reading, size = self.readings[number], self.page_size
        return WindowReader(
            number,
            reading.partition,
            self.job.collection,
            window,
            views,
            self.horizon,
            NewRows(SeenRows(self.memory), reading.recent, purpose is Purpose.NO_CURSOR),
            RangePageSize(size, size.wanted) if size else None,
            purpose,
        )


def _holds(windows: Sequence[Window], whole: Window) -> bool:
    return any(each.lo <= whole.lo and whole.hi <= each.hi for each in windows)
