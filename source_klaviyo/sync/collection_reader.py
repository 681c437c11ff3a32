"""One collection's part in a sync: its readers, and which of them sends the next request."""

import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_klaviyo.api.client import LONGEST_WAIT
from source_klaviyo.errors import PartitionRefused, StreamFailed
from source_klaviyo.partition import Partition
from source_klaviyo.protocol import Extract, Page, PageRequest, Quota
from source_klaviyo.sync.fault_handler import FaultHandler, Remedy
from source_klaviyo.sync.jobs import CollectionJob
from source_klaviyo.sync.open_views import OpenViews
from source_klaviyo.sync.page_size import CollectionPageSize
from source_klaviyo.sync.pagination import RangeReader
from source_klaviyo.sync.partition_reading import PartitionReading
from source_klaviyo.sync.partitions import Partitions
from source_klaviyo.sync.range_view import ViewStep
from source_klaviyo.sync.seen_rows import IdMemory
from source_klaviyo.sync.splitting import Splitter
from source_klaviyo.sync.task_queue import TaskQueue
from source_klaviyo.sync.tasks import ItemReader, Step, Tally, Task, WantedItem

logger = logging.getLogger("airbyte")

_NOTHING = Extract()


@dataclass(slots=True, eq=False)
class CollectionReader:
    """The requests for one collection that are still to be sent.

    `waits_for` says in a word what holds it up. Every method is called under the scheduler's lock.
    """

    job: CollectionJob
    horizon: Callable[[], int]
    memory: IdMemory
    tally: Tally = field(default_factory=Tally)
    waits_for: str = "latency"
    views: OpenViews = field(init=False)
    partitions: Partitions = field(init=False)
    _complete: list[Step] = field(default_factory=list)
    _parents: int = 0
    _hidden: list[Partition] = field(default_factory=list)
    _splitter: Splitter = field(default_factory=Splitter)
    _tasks: TaskQueue = field(init=False)
    _faults: FaultHandler = field(init=False)

    def __post_init__(self) -> None:
        largest = self.job.collection.page_size
        size = CollectionPageSize(largest) if largest else None
        self.views = OpenViews(len(self.job.views))
        self.partitions = Partitions(self.job, self.memory, size, self.horizon)
        self._tasks = TaskQueue(self._quota_of, newest_first=self.job.collection.deferrable)
        self._faults = FaultHandler(self.job.collection, self.tally)

    # Its life: opened, ended, failed.

    def start(self, parents: int) -> None:
        """Begin with the partitions that are known; `parents` listings find further ones."""
        self._parents = parents
        # A row that is archived or hidden while we read leaves one partition for another, and
        # Klaviyo need not change its cursor for that. So what is hidden is read last.
        partitions = self.job.collection.partitions
        self._hidden = [each for each in partitions if True in each.values()]
        for partition in partitions:
            if partition not in self._hidden:
                self.open(partition)
        self._open_hidden()

    def _open_hidden(self) -> None:
        """Begin to read what is hidden, once everything else has been read."""
        if not any(reading.open for reading in self.partitions.readings):
            for partition in self._hidden:
                self.open(partition)
            self._hidden = []

    def open(self, partition: Partition) -> None:
        """Begin to read `partition`, unless that has been done."""
        views = self.views.numbers()
        for reader in self.partitions.open(partition, views) if views else ():
            self._begin(reader)

    def parent_ended(self, failure: AirbyteTracedException | None) -> None:
        """Note that a listing of parents has ended; with a `failure`, it was cut short."""
        self._parents -= 1
        if failure:
            for view in self.views.numbers():
                self.fail(view, failure)

    def ended(self) -> list[int]:
        """Return the views that nothing is left to read for, each only once."""
        in_flight = [view for task in self._tasks.in_flight for view in task.view_numbers]
        return self.views.end(in_flight, more_to_come=bool(self._parents or self._hidden))

    @property
    def finished(self) -> bool:
        """Whether nothing is left to fetch, for any view."""
        return self.views.all_ended and not self._tasks.in_flight

    def fail(self, view: int, failure: AirbyteTracedException) -> None:
        """Give up on a view; what is in flight may still bring records of others."""
        if not self.views.fail(view, failure):
            return
        for task in self._tasks.waiting():
            task.stop_for([view])
        for task in self._tasks.drop(self._is_wanted):
            self._leave(task)

    def _is_wanted(self, task: Task) -> bool:
        return self.views.wants(task.view_numbers)

    # Which request is sent next.

    @property
    def is_child(self) -> bool:
        """Whether its partitions are resources of another collection, which may be deleted."""
        return not self.job.collection.partitions

    @property
    def per_minute(self) -> int:
        """The requests a minute of the smallest quota that it has drawn on, or is about to."""
        return self._tasks.per_minute

    @property
    def in_flight(self) -> Sequence[Task]:
        """The tasks whose request is under way."""
        return self._tasks.in_flight

    def readers(self) -> Iterator[RangeReader]:
        """Yield all readers of windows that are not finished."""
        return self._tasks.readers()

    def tasks_left(self) -> int:
        """Return how many tasks there are."""
        return len(self._tasks)

    def next_task(self, now: float) -> Task | float | None:
        """Return what is to send its request, or the seconds until there may be something.

        None says that only the end of a request in flight can bring one.
        """
        self._tasks.wake(now)
        granted, pauses = self._tasks.take()
        if granted:
            return self._send(*granted)
        if not pauses and (found := self._splitter.choose(self._splittable(), self.horizon())):
            reader, at = found
            quota = self.job.collection.quota
            pause = quota.reserve()
            if not pause:
                return self._send(self._counted(reader.split(at)), quota)
            pauses.append(pause)
        if pauses:
            self.waits_for = "the quota"
        elif (seconds := self._tasks.seconds_to_retry(now)) is not None:
            self.waits_for = "a retry"
            pauses.append(seconds)
        soonest = min(pauses, default=None)
        if soonest is not None and soonest > LONGEST_WAIT and self.job.collection.deferrable:
            self._defer(soonest)
            return None
        return soonest

    def _defer(self, seconds: float) -> None:
        """Leave what waits to the next sync, because there is no quota for so many seconds."""
        name, windows = self.job.collection.name, sum(1 for _ in self._tasks.waiting())
        for view in self.views.numbers():
            if not self.job.views[view].keeps_state:
                advice = (
                    f"The quota of {name} for this day is used up, and a full refresh keeps no"
                    " state from which the next sync could go on. Read the stream incrementally."
                )
                self.fail(view, StreamFailed(advice, FailureType.config_error))
        for task in self._tasks.drop(lambda _: False):
            self._leave(task)
        logger.info(
            "%s: the quota of this day is used up. Klaviyo grants more in %.1f h; %d windows are"
            " left to later syncs.",
            name,
            seconds / 3600,
            windows,
        )

    def request(self, reader: RangeReader) -> PageRequest:
        """Return the request for the reader's next page."""
        if reader.chain.token is None:
            reader.begin(self.job.collection.left_out)
            self._read_rows_without_cursor(reader)
        return reader.request()

    def _read_rows_without_cursor(self, reader: RangeReader) -> None:
        """Begin to read the rows that `reader` leaves out, if nothing does so yet."""
        if not reader.filtered:
            return
        rest = self.partitions.without_cursor(reader.number, self.views.numbers())
        if rest:
            self._begin(rest)

    def _splittable(self) -> Sequence[RangeReader]:
        return [
            task
            for task in self._tasks.in_flight
            if isinstance(task, RangeReader) and task.splittable
        ]

    def _send(self, task: Task, quota: Quota) -> Task:
        self.waits_for = "latency"
        self.tally.requests[quota] += 1
        self._tasks.in_flight.append(task)
        return task

    def _begin(self, reader: RangeReader) -> None:
        self._add(self._counted(reader))

    def _counted(self, reader: RangeReader) -> RangeReader:
        self.partitions.readings[reader.number].begun()
        self.views.task_added(reader.view_numbers)
        return reader

    def _add(self, task: Task) -> None:
        if self._is_wanted(task):
            self._tasks.add(task)
        else:
            self._leave(task)

    def _quota_of(self, task: Task) -> Quota:
        collection = self.job.collection
        if isinstance(task, RangeReader):
            return collection.quota
        return collection.item_quota(task.view_numbers[0])

    def _leave(self, task: Task) -> None:
        """Note that a task brings nothing more: it is finished, or nobody wants it any more."""
        self.views.task_removed(task.view_numbers)
        if isinstance(task, RangeReader):
            task.close()
            reading = self.partitions.readings[task.number]
            reading.open -= 1
            if not reading.open:
                self._end_partition(reading, task)
                self._open_hidden()

    # What a request has brought.

    def accept_page(self, reader: RangeReader, request: PageRequest, page: Page) -> list[Step]:
        """Take in a page of `reader`, which stays in flight until `settle`.

        Its items are added, its children are in the steps.
        """
        if self.partitions.page_size:
            self.partitions.page_size.served(len(page.ids), page.size)
        if reader.page_size:
            reader.page_size.served()
        steps = reader.accept(page, request.views)
        self.partitions.readings[reader.number].accept(reader)
        self._remedy(reader, self._faults.after_page(reader))
        self._read_rows_without_cursor(reader)
        self._splitter.observe(reader, len(page.ids), reader.rows_kept)
        for step in steps:
            if step.failure:
                self.fail(step.view, step.failure)
                reader.stop_for([step.view])
                self.views.task_removed([step.view])
        for item in self._items(reader, steps):
            self.views.task_added(item.view_numbers)
            self._add(item)
        return [Step(reader.number, step.view, step) for step in steps if not step.failure]

    def _items(self, reader: RangeReader, steps: Sequence[ViewStep]) -> Iterable[ItemReader]:
        """Return what asks for the items of a page; views that need the same item share it.

        A row that has changed while the page was made may stand on it twice.
        """
        own = {each.view: each for each in reader.views}
        readers: dict[tuple[int, str, int], ItemReader] = {}
        for step in steps:
            kind, times = self.job.collection.items_like(step.view), Counter[str]()
            for item, pending in step.items if step.view in own else ():
                times[item.id] += 1
                key = kind, item.id, times[item.id]
                shared = readers.setdefault(key, ItemReader(reader))
                shared.wanted.append(WantedItem(own[step.view], item, pending))
        return readers.values()

    def settle(self, task: Task, fault: Exception | None, now: float) -> None:
        """Take `task` out of flight: on to its next page, or as its `fault` asks.

        Its page is on its way out already, or its pages could be sent out in the wrong order.
        """
        self._tasks.in_flight.remove(task)
        if fault:
            self._remedy(task, self._faults.handle(task, fault, now))
        task.stop_for(self.views.failures)
        if not task.finished:
            self._add(task)
            return
        self._leave(task)
        if isinstance(task, ItemReader):
            self._complete += task.completed()

    def take_complete(self) -> list[Step]:
        """Return what is complete by the ends of tasks, besides what the steps of pages say."""
        steps, self._complete = self._complete, []
        return steps

    def _end_partition(self, reading: PartitionReading, last: RangeReader) -> None:
        """Begin what has to be read once all readers have left, or note what is complete by that.

        `last` is the reader that has left last.
        """
        views = self.views.numbers()
        if reading.refused:
            refused = [ViewStep(view, _NOTHING, refused=True) for view in views]
            self._complete += [Step(last.number, step.view, step) for step in refused]
            return
        collection = self.job.collection
        stateless = tuple(view for view in views if not self.job.views[view].keeps_state)
        is_followed = collection.has_cursor and not collection.deferrable
        if is_followed and stateless and reading.is_read_again(last):
            self._begin(self.partitions.again(last.number, stateless))
            return
        reading.recent.forget()
        last.rows.seen.forget()
        if not is_followed or reading.reads_without_cursor or not last.finished:
            return
        # One unbounded request after the other has brought all rows, those without a cursor too.
        kept = [view for view in views if view not in stateless]
        done = [ViewStep(view, _NOTHING, without_cursor=True) for view in kept]
        self._complete += [Step(last.number, step.view, step) for step in done]

    def _remedy(self, task: Task, remedy: Remedy) -> None:
        """Do what the fault handler says."""
        match remedy:
            case RangeReader():
                self._begin(remedy)
            case PartitionRefused() if isinstance(task, RangeReader):
                self._refuse(task, remedy)
            case AirbyteTracedException():
                for view in task.view_numbers:
                    self.fail(view, remedy)

    def _refuse(self, reader: RangeReader, refusal: PartitionRefused) -> None:
        """Give up on the partition of `reader` alone; no window of it is taken as read."""
        reading = self.partitions.readings[reader.number]
        if not reading.refused:
            logger.warning("%s: a part is left out. %s", self.job.collection.name, refusal.message)
        reading.refused = reader.finished = True
        others = self._tasks.drop(
            lambda task: not isinstance(task, RangeReader) or task.number != reader.number
        )
        for other in others:
            self._leave(other)
