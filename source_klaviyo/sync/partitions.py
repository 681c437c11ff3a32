"""The partitions of one collection in a sync, and which windows of each are to be read for whom."""

from collections.abc import Callable
from dataclasses import dataclass, field

from source_klaviyo.partition import Partition, partition_key
from source_klaviyo.protocol import BEGINNING, FOREVER, Window
from source_klaviyo.sync.jobs import CollectionJob
from source_klaviyo.sync.new_rows import NewRows
from source_klaviyo.sync.page_order import PageOrder
from source_klaviyo.sync.page_size import CollectionPageSize, RangePageSize
from source_klaviyo.sync.pagination import RangeReader
from source_klaviyo.sync.partition_reading import PartitionReading
from source_klaviyo.sync.range_view import RangeView
from source_klaviyo.sync.ranges import overlay, subtract
from source_klaviyo.sync.seen_rows import IdMemory, SeenRows


@dataclass(slots=True, eq=False)
class Partitions:
    """Numbers the partitions of `job`'s collection, and makes the readers of each."""

    job: CollectionJob
    memory: IdMemory
    page_size: CollectionPageSize | None
    horizon: Callable[[], int]
    readings: list[PartitionReading] = field(default_factory=list)
    _opened: set[str] = field(default_factory=set)

    def open(self, partition: Partition, views: tuple[int, ...]) -> list[RangeReader]:
        """Return the readers of `partition` for `views`, one for each window that is missing.

        A parent turns up twice where the listing had to be asked anew or changed meanwhile; there
        is nothing left to open then.
        """
        if partition_key(partition) in self._opened:
            return []
        self._opened.add(partition_key(partition))
        collection = self.job.collection
        checkpoints = [
            view.stream.checkpoint({**view.constants, **partition})
            if collection.has_cursor and view.stream
            else None
            for view in self.job.views
        ]
        for checkpoint in checkpoints:
            if checkpoint and checkpoint.reads_all:
                checkpoint.rows_without_cursor = True
        reading = PartitionReading(partition, checkpoints, SeenRows(self.memory))
        self.readings.append(reading)
        number = len(self.readings) - 1
        if not collection.has_cursor:
            return [self._reader(number, Window(), [RangeView(view, BEGINNING) for view in views])]
        missing = [checkpoint.missing() if checkpoint else [Window()] for checkpoint in checkpoints]
        missing = [windows if view in views else [] for view, windows in enumerate(missing)]
        return [
            self._reader(number, window, range_views)
            for window, range_views in self._windows(missing)
        ]

    def again(self, number: int, views: tuple[int, ...]) -> RangeReader:
        """Return a reader of what may have changed since the sync began, for `views`."""
        self.readings[number].repeats += 1
        reader = self._reader_beside(number, self.horizon(), views)
        reader.repeat = True
        return reader

    def without_cursor(self, number: int, views: tuple[int, ...]) -> RangeReader | None:
        """Return a reader of the rows without a cursor value, for those of `views` that miss any.

        None says that there is one already, or that Klaviyo cannot bring such rows together.
        """
        reading, collection = self.readings[number], self.job.collection
        if reading.reads_without_cursor or not collection.sortable or collection.newest_first:
            return None
        reading.reads_without_cursor = True
        missing = tuple(
            view
            for view in views
            if (checkpoint := reading.checkpoints[view]) is None
            or checkpoint.reads_all
            or checkpoint.rows_without_cursor
        )
        if not missing:
            return None
        reader = self._reader_beside(number, BEGINNING, missing)
        reader.without_cursor = True
        return reader

    def _windows(self, missing: list[list[Window]]) -> list[tuple[Window, list[RangeView]]]:
        """Return the windows to read, each with its views and what of it they want.

        What one view alone misses is read in the windows, and the order, in which it wants it.
        Where Klaviyo cannot leave out what lies behind a window's end, everything from the first
        missing second on is read once. So it is where a view reads everything anyway: another
        window would cost a request, and bring nothing.
        """
        reads_all = any(not view.keeps_state for view in self.job.views)
        in_parts = any(len(windows) > 1 for windows in missing)
        if self.job.collection.bounded_above and (in_parts or not reads_all):
            if len(missing) == 1:
                return [(window, [RangeView(0, window.lo)]) for window in missing[0]]
            return [
                (window, [RangeView(view, window.lo) for view in views])
                for window, views in overlay(missing)
            ]
        wanted = [
            RangeView(
                view,
                windows[0].lo,
                covered=subtract([Window(windows[0].lo, FOREVER)], windows),
            )
            for view, windows in enumerate(missing)
            if windows
        ]
        if not wanted:
            return []
        end = max(window.hi for windows in missing for window in windows)
        return [(Window(min(each.lo for each in wanted), end), wanted)]

    def _reader_beside(self, number: int, lo: int, views: tuple[int, ...]) -> RangeReader:
        """Return a reader of the whole window beside others, never split."""
        reader = self._reader(number, Window(lo), [RangeView(view, lo) for view in views])
        reader.order.ascends = reader.splittable = False
        return reader

    def _reader(self, number: int, window: Window, views: list[RangeView]) -> RangeReader:
        reading, collection = self.readings[number], self.job.collection
        checkpoints = [reading.checkpoints[each.view] for each in views]
        lowest = window.lo == BEGINNING or (
            collection.bounded_below
            and all(each is None or each.low == window.lo for each in checkpoints)
        )
        size = self.page_size
        return RangeReader(
            number,
            reading.partition,
            window.lo,
            window.hi,
            views,
            self.horizon(),
            lowest=lowest,
            order=PageOrder(collection.ordered),
            rows=NewRows(SeenRows(self.memory), reading.recent),
            page_size=RangePageSize(size, size.wanted) if size else None,
            has_cursor=collection.has_cursor,
            bounded_above=collection.bounded_above,
            splittable=collection.ordered and collection.bounded_above,
            newest_first=collection.newest_first,
        )
