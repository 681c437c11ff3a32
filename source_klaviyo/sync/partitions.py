"""The partitions of one collection in a sync, and which windows of each are read for whom."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field

from source_klaviyo.api.partition import Partition, partition_key
from source_klaviyo.protocol import BEGINNING, FOREVER, Window
from source_klaviyo.sync.checkpoint import Checkpoint
from source_klaviyo.sync.horizon import MARGIN
from source_klaviyo.sync.jobs import CollectionJob
from source_klaviyo.sync.new_rows import NewRows
from source_klaviyo.sync.page_size import CollectionPageSize, RangePageSize
from source_klaviyo.sync.ranges import merge
from source_klaviyo.sync.seen_rows import IdMemory, SeenRows
from source_klaviyo.sync.window_reader import Purpose, WindowReader
from source_klaviyo.sync.window_view import WindowView


@dataclass(slots=True, eq=False)
class PartitionReading:
    """What has been read of one partition, and by how many readers.

    `checkpoints` has one for each view, None where there is no stream or no cursor. `readers` is
    how many readers it has had, `open` how many of them are under way, `pages` how many pages they
    have fetched, `failures` how many have failed since the last page. `recent` are the rows that
    several readers may bring. `unordered` tells that pages came in no order, `refused` that Klaviyo
    does not serve the partition. `asks_without_cursor` tells that rows without a cursor value have
    a reader of their own, `read_again` that what changed meanwhile has one.
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
        """Note that one more reader is under way."""
        self.open += 1
        self.readers += 1

    def took(self, reader: WindowReader) -> None:
        """Take note of a page that `reader` has taken in."""
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
    """Numbers the partitions of `job`'s collection, and makes the readers of each."""

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
        """Return the readers of `partition` for `views`, one for each window that is missing.

        A parent turns up twice where the listing had to be asked anew or changed meanwhile; there
        is nothing left to open then.
        """
        if partition_key(partition) in self._opened:
            return []
        number = len(self._opened)
        self._opened.add(partition_key(partition))
        collection = self.job.collection
        checkpoints = self.checkpoints(partition)
        # A row that moves from one filter to another is the same row; a member of two lists is not.
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
        """Return what has been read of `partition` for each view; see PartitionReading."""
        has_cursor = self.job.collection.has_cursor
        return [
            view.stream.checkpoint({**view.constants, **partition})
            if view.stream and (has_cursor or view.stream.refresh)
            else None
            for view in self.job.views
        ]

    def last(self, number: int, views: tuple[int, ...]) -> WindowReader:
        """Return a reader of what may have changed since the refresh began, for `views`."""
        self.readings[number].read_again = True
        jobs = [stream for view in views if (stream := self.job.views[view].stream)]
        began = [job.refresh.since - MARGIN for job in jobs if job.refresh]
        return self._beside(number, min([self.horizon(), *began]), views, Purpose.LAST)

    def without_cursor(self, number: int, views: tuple[int, ...]) -> WindowReader | None:
        """Return a reader of the rows without a cursor value, for those of `views` that miss any.

        None says that there is one already, or that Klaviyo cannot bring such rows together.
        """
        reading, collection = self.readings[number], self.job.collection
        if reading.asks_without_cursor or not collection.sortable or collection.newest_first:
            return None
        reading.asks_without_cursor = True
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
        """Return the windows that any view misses; those of a single view as the view wants them.

        Where Klaviyo cannot leave out what lies behind a window's end, everything from the first
        missing second on is one window.
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
