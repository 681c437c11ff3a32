"""A collection's part in a sync: its partitions, its tasks, and the losses by faults."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_klaviyo.api.client import LONGEST_WAIT
from source_klaviyo.api.partition import Partition
from source_klaviyo.errors import ScopeMissing, StreamFailed
from source_klaviyo.protocol import Page, PageRequest, Window
from source_klaviyo.sync.jobs import CollectionJob
from source_klaviyo.sync.output.output_queue import Delivery
from source_klaviyo.sync.reading.faults import Action, action
from source_klaviyo.sync.reading.open_views import OpenViews
from source_klaviyo.sync.reading.partitions import Partitions
from source_klaviyo.sync.reading.recovery import Recovery
from source_klaviyo.sync.reading.task_queue import TaskQueue
from source_klaviyo.sync.reading.tasks import ItemReader, Tally, Task, items_of
from source_klaviyo.sync.windows.page_size import CollectionPageSize
from source_klaviyo.sync.windows.seen_rows import IdMemory
from source_klaviyo.sync.windows.window_reader import WindowReader

logger = logging.getLogger("airbyte")

_OF_A_PAGE = (Action.PAGE_WITH_LESS, Action.FAIL_PAGE, Action.LESS)
"""Actions after which only the page has failed, if nothing could be left out."""
_MOST_HALVINGS = 6
"""Failures of a partition without a page between them, before its rest is left out."""


@dataclass(slots=True, eq=False)
class CollectionReader:
    """The reading of a collection for all its views.

    The scheduler takes a task (`next_task`), sends the task's request, hands in the page
    (`accept_page`) and ends the request (`settle`). Every method is called under the scheduler's
    lock.
    """

    job: CollectionJob
    horizon: Callable[[], int]
    memory: IdMemory
    tally: Tally = field(default_factory=Tally)
    views: OpenViews = field(init=False)
    partitions: Partitions = field(init=False)
    tasks: TaskQueue = field(init=False)
    _complete: list[Delivery] = field(default_factory=list)
    _recovery: Recovery = field(init=False)

    def __post_init__(self) -> None:
        largest = self.job.collection.page_size
        size = CollectionPageSize(largest) if largest else None
        self.views = OpenViews(len(self.job.views))
        self.partitions = Partitions(self.job, self.memory, size, self.horizon)
        self.tasks = TaskQueue(self.job.collection, self.horizon, self.tally, self._count)
        self._recovery = Recovery(self.job.collection, self.tally)

    # Its life: opened, ended, failed.

    def start(self, listings: int) -> None:
        """Begin with the known partitions; `listings` of parents find further partitions."""
        self.partitions.queue.expect(listings)
        for partition in self.job.collection.partitions:
            self.partitions.checkpoints(partition)  # or a state would claim partitions read later
        self._read_on()

    def open(self, partition: Partition) -> None:
        """Read `partition` when its turn comes, unless it has been read."""
        self.partitions.queue.add(partition)
        self._read_on()

    def _read_on(self) -> None:
        for reader in self.partitions.begin(self.views.numbers):
            self._begin(reader)

    def parent_ended(self, failure: AirbyteTracedException | None) -> None:
        """Note the end of a listing of parents; with a `failure`, some parents are missing."""
        self.partitions.queue.listing_ended()
        if failure:
            for view in self.views.numbers():
                self._fail_part(view, failure)
                if self.job.last_partitions:
                    self.fail(view, failure)
        elif self.job.last_partitions and not self.partitions.queue.listings:
            for partition in self.job.last_partitions() if self.views.numbers() else ():
                self.open(partition)

    def note_listed(self, delivery: Delivery) -> None:
        """Note the ids of a listing, for deletes."""
        view = self.job.views[delivery.view]
        if view.lists:
            partition = self.partitions.readings[delivery.partition].partition
            rows = zip(delivery.extract.ids, delivery.cursors, strict=True)
            view.lists.note_listed({**view.constants, **partition}, rows)

    def ended(self) -> list[int]:
        """Return the views with nothing left to read, each only once."""
        in_flight = [view for task in self.tasks.in_flight for view in task.view_numbers]
        return self.views.end(in_flight, more_to_come=self.partitions.queue.may_bring_more)

    @property
    def finished(self) -> bool:
        """Whether nothing is left to fetch, for any view."""
        return self.views.all_ended and not self.tasks.in_flight

    def fail(self, view: int, failure: AirbyteTracedException) -> None:
        """Give up on a view; requests in flight may still bring records of others."""
        if not self.views.fail(view, failure):
            return
        for task in self.tasks.waiting():
            task.stop_for([view])
        for task in self.tasks.drop(self._is_wanted):
            self._leave(task)

    def _fail_part(self, view: int, failure: AirbyteTracedException) -> None:
        """Note the failure of a part of a view; all other parts are read."""
        if self.views.part_failed(view, failure):
            self.fail(view, failure)

    def _is_wanted(self, task: Task) -> bool:
        return self.views.wants(task.view_numbers)

    # Which request is sent next.

    @property
    def is_child(self) -> bool:
        """Whether the partitions are resources of another collection, and may be deleted."""
        return not self.job.collection.partitions

    def tasks_left(self) -> int:
        """Return the number of tasks, with the partitions that wait for their turn."""
        return len(self.tasks) + len(self.partitions.queue)

    def next_task(self, now: float) -> Task | float | None:
        """Return a task to send its request; see TaskQueue. Without quota today, defer the rest."""
        found = self.tasks.next(now)
        if (
            isinstance(found, int | float)
            and found > LONGEST_WAIT
            and self.job.collection.deferrable
        ):
            self._defer(found)
            return None
        return found

    def _defer(self, seconds: float) -> None:
        """Leave waiting tasks to the next sync: the quota grants nothing for so many `seconds`."""
        name, windows = self.job.collection.name, sum(1 for _ in self.tasks.waiting())
        for view in self.views.numbers():
            if not self.job.views[view].keeps_state:
                advice = (
                    f"The quota of {name} for this day is used up, and a full refresh keeps no"
                    " state from which the next sync could go on. Read the stream incrementally."
                )
                self.fail(view, StreamFailed(advice, FailureType.config_error))
        for task in self.tasks.drop(lambda _: False):
            self._leave(task)
        logger.info(
            "%s: the quota of this day is used up. Klaviyo grants more in %.1f h; %d windows are"
            " left to later syncs.",
            name,
            seconds / 3600,
            windows,
        )

    def request(self, reader: WindowReader) -> PageRequest:
        """Return the request for the reader's next page.

        If a bound leaves out rows without a cursor value, a reader of their own begins.
        """
        request = reader.request(self.job.collection.left_out)
        if request.token is None and request.window != Window():
            rest = self.partitions.without_cursor(reader.number, self.views.numbers())
            if rest:
                self._begin(rest)
        return request

    def _begin(self, reader: WindowReader) -> None:
        self._count(reader)
        self._add(reader)

    def _count(self, reader: WindowReader) -> None:
        """Note that `reader` is under way."""
        self.partitions.begun(reader)
        self.views.task_added(reader.view_numbers)

    def _add(self, task: Task) -> None:
        if self._is_wanted(task):
            self.tasks.add(task)
        else:
            self._leave(task)

    # What a request has brought.

    def accept_page(self, reader: WindowReader, request: PageRequest, page: Page) -> list[Delivery]:
        """Take in a page of `reader`, whose request stays in flight until `settle`.

        Return the deliveries; the page's items become tasks.
        """
        if self.partitions.page_size:
            self.partitions.page_size.served(len(page.ids), page.size)
        if reader.page_size:
            reader.page_size.served()
        deliveries = reader.accept(page, request.views)
        self.partitions.readings[reader.number].took(reader)
        self.views.succeeded(request.views)
        self.tasks.splitter.observe(reader, len(page.ids), reader.rows_kept)
        self.job.collection.served_without(reader.left_out, is_row=request.page_size == 1)
        for delivery in deliveries:
            if delivery.failure and reader.left_out:
                self._fail_part(delivery.view, delivery.failure)  # of this page alone
            elif delivery.failure:
                self.fail(delivery.view, delivery.failure)
                reader.stop_for([delivery.view])
                self.views.task_removed([delivery.view])
        reader.ask_with_less(frozenset())
        for item in items_of(reader, deliveries, self.job.collection):
            self.views.task_added(item.view_numbers)
            self._add(item)
        return [each for each in deliveries if each.view not in self.views.failures]

    def settle(self, task: Task, fault: Exception | None, now: float) -> None:
        """End the request of `task`: the task goes on to its next page, or as its `fault` asks.

        The page is in the output queue already, or two pages could swap places there.
        """
        self.tasks.in_flight.remove(task)
        if fault:
            what = action(fault, task, deferrable=self.job.collection.deferrable)
            if failure := self._recovery.recover(what, task, fault, now):
                self._give_up(task, what, failure)
        elif isinstance(task, ItemReader):
            task.end()
            self.views.succeeded(task.view_numbers)
            self._complete += task.ended(missed=False)
        elif task.failure:
            self._fail_window(task, task.failure)
        task.stop_for(self.views.failures)
        if task.finished:
            self._leave(task)
        else:
            self._add(task)

    def take_complete(self) -> list[Delivery]:
        """Return deliveries about windows completed by the ends of tasks, not by pages."""
        deliveries, self._complete = self._complete, []
        return deliveries

    # Losses by faults: as small as possible.

    def _give_up(self, task: Task, what: Action, failure: AirbyteTracedException) -> None:
        if what is Action.FAIL_STREAMS:
            for view in task.view_numbers:
                self.fail(view, failure)
        elif isinstance(task, ItemReader):
            self._give_up_item(task, what, failure)
        elif what is Action.PARENT_GONE:
            task.end()  # without its window being complete
        elif what is Action.PARTITION_REFUSED:
            self._refuse(task, failure)
        elif what in _OF_A_PAGE and (rest := self._pass_over(task, failure)):
            self._begin(rest)
        else:
            self._fail_window(task, failure)

    def _give_up_item(
        self, item: ItemReader, what: Action, failure: AirbyteTracedException
    ) -> None:
        """Leave the row of an item to the next sync: state does not cover the row's second."""
        item.end()
        if what is Action.ITEM_MISSING:
            logger.warning(
                "%s: Klaviyo has just named %s and does not find it. The next sync asks again. %s",
                self.job.collection.name,
                item.id,
                failure.message,
            )
        else:
            for view in item.view_numbers:
                self._fail_part(view, failure)
        self._complete += item.ended(missed=True)

    def _pass_over(
        self, reader: WindowReader, failure: AirbyteTracedException
    ) -> WindowReader | None:
        """Return a reader of half of the window, to leave out no more than the failing second.

        Rows behind a page that cannot be loaded can still be read. Halves are tried only shortly.
        None if the fault is about the whole endpoint: a missing scope before any page has come.
        """
        reading = self.partitions.readings[reader.number]
        is_whole = isinstance(failure, ScopeMissing) and not reading.pages
        if reading.failed() > _MOST_HALVINGS or is_whole:
            return None
        return reader.halve()

    def _fail_window(self, reader: WindowReader, failure: AirbyteTracedException) -> None:
        """Leave the rest of a window to the next sync."""
        reader.end()
        for view in reader.view_numbers:
            self._fail_part(view, failure)

    def _refuse(self, reader: WindowReader, failure: AirbyteTracedException) -> None:
        """Give up on the partition of `reader` alone; none of its windows becomes complete."""
        reading = self.partitions.readings[reader.number]
        if not reading.refused:
            logger.warning("%s: a part is left out. %s", self.job.collection.name, failure.message)
        reading.refuse()
        reader.end()
        others = self.tasks.drop(
            lambda task: not isinstance(task, WindowReader) or task.number != reader.number
        )
        for other in others:
            self._leave(other)

    # What follows once tasks have ended.

    def _leave(self, task: Task) -> None:
        """Note the end of a task: finished, or wanted by no view."""
        self.views.task_removed(task.view_numbers)
        if not isinstance(task, WindowReader):
            return
        task.close()
        if self.partitions.ended(task):
            self._complete += self.partitions.completed(task, self.views.numbers())
            for reader in self.partitions.changed_meanwhile(task.number, self.views.numbers()):
                self._begin(reader)
            self._read_on()
