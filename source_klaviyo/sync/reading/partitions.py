"""The partitions of a collection in a sync, and the readers of their windows."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from source_klaviyo.api.partition import Partition, partition_key
from source_klaviyo.protocol import BEGINNING, FOREVER, Window
from source_klaviyo.sync.jobs import CollectionJob
from source_klaviyo.sync.output.output_queue import Delivery
from source_klaviyo.sync.reading.partition_queue import PartitionQueue
from source_klaviyo.sync.reading.partition_reading import PartitionReading
from source_klaviyo.sync.state.checkpoint import Checkpoint
from source_klaviyo.sync.state.horizon import MARGIN
from source_klaviyo.sync.state.ranges import merge
from source_klaviyo.sync.windows.new_rows import NewRows
from source_klaviyo.sync.windows.no_cursor_reader import NoCursorReader
from source_klaviyo.sync.windows.page_size import CollectionPageSize, RangePageSize
from source_klaviyo.sync.windows.seen_rows import IdMemory, SeenRows
from source_klaviyo.sync.windows.window_reader import WindowReader
from source_klaviyo.sync.windows.window_view import RowsWithoutCursor, WindowView

Views = tuple[int, ...]
_Reader = TypeVar("_Reader", bound=WindowReader)


@dataclass(slots=True, eq=False)
class Partitions:
    """The partitions of `job`'s collection, in the order of their turn, and the readers of each.

    `under_way` counts the partitions with a reader. Every reader is noted as `begun`, and when its
    work is over as `ended`.

    Example: `for reader in partitions.begin(views.numbers)` has the readers that may send requests
    now; after the last reader of a partition, `completed` and `changed_meanwhile` say what follows.
    """

    job: CollectionJob
    memory: IdMemory
    page_size: CollectionPageSize | None
    horizon: Callable[[], int]
    queue: PartitionQueue = field(init=False)
    readings: dict[int, PartitionReading] = field(default_factory=dict)
    under_way: int = 0
    _opened: set[str] = field(default_factory=set)
    _shared: SeenRows = field(init=False)
    _asked_again: bool = False

    def __post_init__(self) -> None:
        self.queue = PartitionQueue(self.job.collection.partitions)
        self._shared = SeenRows(self.memory)

    def begin(self, views: Callable[[], Views]) -> Iterator[WindowReader]:
        """Yield readers of the partitions in turn; after the last, of rows changed meanwhile.

        `views` returns the views to read for. Note each reader as begun before asking for the next.
        """
        while (partition := self.queue.next(self.under_way)) is not None:
            if wanted := views():
                yield from self._open(partition, wanted)
        if not self.under_way and self._moves_between_partitions and not self._asked_again:
            self._asked_again = True
            for number in tuple(self.readings):
                yield from self._changed(number, views())

    def begun(self, reader: WindowReader) -> None:
        """Note a reader under way."""
        reading = self.readings[reader.number]
        self.under_way += not reading.open
        reading.begun()

    def ended(self, reader: WindowReader) -> bool:
        """Note the end of a reader; return whether the reader was its partition's last."""
        reading = self.readings[reader.number]
        reading.ended()
        self.under_way -= not reading.open
        return not reading.open

    def completed(self, last: WindowReader, views: Views) -> Iterator[Delivery]:
        """Yield what a partition's end completes; `last` is the last of its readers to end."""
        number, reading = last.number, self.readings[last.number]
        if reading.refused:
            for view in views:
                yield Delivery(view, number, refused=True, checkpoint=reading.checkpoints[view])
        elif self._follows_rows and not reading.asks_without_cursor and last.has_read_everything:
            # A chain of unbounded requests has brought all rows.
            for each in last.views:
                if each.view in views and each.end_without_cursor():
                    yield Delivery(
                        each.view, number, without_cursor=True, checkpoint=each.checkpoint
                    )

    def changed_meanwhile(self, number: int, views: Views) -> Iterator[WindowReader]:
        """Yield a reader of rows that changed while a partition was read, if any may be missing.

        Without one, a parent that has been read is forgotten: there may be a hundred thousand.
        """
        reading = self.readings[number]
        follows = self._follows_rows and not self._moves_between_partitions
        if follows and reading.rows_may_have_moved:
            yield from self._changed(number, views)
        if not reading.open and not self.job.collection.partitions:
            reading.recent.forget()
            self.readings.pop(number, None)

    def _changed(self, number: int, views: Views) -> Iterator[WindowReader]:
        """Yield a reader of rows changed since the start, for views without a next sync."""
        reading = self.readings[number]
        stateless = tuple(view for view in views if not self.job.views[view].keeps_state)
        if stateless and not (reading.read_again or reading.refused):
            reading.ask_again()
            jobs = [stream for view in stateless if (stream := self.job.views[view].stream)]
            began = [job.refresh.since - MARGIN for job in jobs if job.refresh]
            since = min([self.horizon(), *began])
            yield self._beside(WindowReader, number, since, stateless)

    @property
    def _moves_between_partitions(self) -> bool:
        """Whether a row may leave a partition for another, archived or hidden meanwhile."""
        return self._follows_rows and len(self.job.collection.partitions) > 1

    @property
    def _follows_rows(self) -> bool:
        """Whether rows have a cursor, and may move on while they are read."""
        return self.job.collection.has_cursor and not self.job.collection.deferrable

    def _open(self, partition: Partition, views: Views) -> Sequence[WindowReader]:
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
        no_cursor = [RowsWithoutCursor() for _ in checkpoints]
        reading = PartitionReading(partition, checkpoints, no_cursor, recent)
        self.readings[number] = reading
        missing = {
            view: checkpoint.missing() if (checkpoint := checkpoints[view]) else [Window()]
            for view in views
        }
        return [
            self._reader(
                WindowReader,
                number,
                window,
                [
                    reading.view(view, windows, misses_all=_holds(windows, window))
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

    def without_cursor(self, number: int, views: Views) -> NoCursorReader | None:
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
        reader = self._beside(NoCursorReader, number, BEGINNING, missing)
        known = (each for each in checkpoints.values() if each is not None)
        if not reading.passed_front or any(each.missing() != [Window()] for each in known):
            reader.ask_both_ends()
        return reader

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

    def _beside(self, kind: type[_Reader], number: int, lo: int, views: Views) -> _Reader:
        """Return a reader of rows that stand on any page, beside the readers of windows."""
        wanted = [self.readings[number].view(view, [Window(lo)]) for view in views]
        newest_first = self.job.collection.newest_first  # what has changed comes first
        return self._reader(kind, number, Window(lo), wanted, follows_order=newest_first)

    def _reader(
        self,
        kind: type[_Reader],
        number: int,
        window: Window,
        views: list[WindowView],
        *,
        follows_order: bool = True,
    ) -> _Reader:
        reading, size = self.readings[number], self.page_size
        return kind(
            number,
            reading.partition,
            self.job.collection,
            window,
            views,
            self.horizon,
            NewRows(SeenRows(self.memory), reading.recent, kind is NoCursorReader),
            RangePageSize(size, size.wanted) if size else None,
            follows_order,
        )


def _holds(windows: Sequence[Window], whole: Window) -> bool:
    return any(each.lo <= whole.lo and whole.hi <= each.hi for each in windows)
