"""The workers, and the next request of each."""

import logging
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import replace

from source_klaviyo.protocol import Page, PageRequest
from source_klaviyo.sync.jobs import CollectionJob
from source_klaviyo.sync.output.messages import record_lines
from source_klaviyo.sync.output.output_queue import NOTHING, Deliveries, Delivery, OutputQueue
from source_klaviyo.sync.reading.collection_reader import CollectionReader
from source_klaviyo.sync.reading.status import Status, status
from source_klaviyo.sync.reading.tasks import ItemReader, Task
from source_klaviyo.sync.windows.window_reader import WindowReader

logger = logging.getLogger("airbyte")

_LONGEST_SLEEP = 1.0


class Scheduler:
    """The workers for all collections of a sync, until nothing is left.

    A worker never waits for a quota or a retry while another collection could use the worker. Of
    the collections that may send a request now, the one with the smallest quota comes first, or
    those with a large quota would use up the part that both share (predictive analytics draw on the
    quota of profiles as well); then the one with the fewest requests in flight. Pages go to `queue`
    in the order in which each reader fetched them.
    """

    def __init__(self, queue: OutputQueue, workers: int, expected: int = 0) -> None:
        """Start with nothing to read; further readers are `expected` so many times."""
        self._readers: list[CollectionReader] = []
        self._numbers: dict[int, int] = {}
        self._quotas: list[int] = []
        self._open: list[int] = []
        self._expected = expected
        self._queue = queue
        self._workers = workers
        self._changed = threading.Condition()
        self._sending = threading.Lock()
        self._settling = threading.Lock()
        self._settled: deque[Deliveries] = deque()
        self._stopped = False
        self.defect: Exception | None = None
        """An exception in a worker's own code, which ends the sync."""

    def start(self) -> None:
        """Start the workers."""
        self._start_workers()

    def add(self, readers: Sequence[CollectionReader], *, was_expected: bool = False) -> None:
        """Begin with further collections; a view with nothing to read ends at once."""
        with self._changed:
            for reader in readers:
                self._numbers[id(reader.job)] = len(self._readers)
                self._open.append(len(self._readers))
                self._quotas.append(_smallest_quota(reader.job))
                self._readers.append(reader)
            parents = [
                child for reader in readers for view in reader.job.views for child in view.children
            ]
            for reader in readers:
                reader.start(parents.count(reader.job))
            self._expected -= was_expected
            self._note_ends()
            self._changed.notify_all()
        self._put_settled()

    def stop(self) -> None:
        """Let the workers end after their present request."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
        self._queue.close()

    def status(self, elapsed: float) -> list[Status]:
        """Return the status of each collection, `elapsed` seconds after the start."""
        with self._changed:
            return [status(reader, elapsed) for reader in self._readers]

    def _start_workers(self) -> None:
        for number in range(self._workers):
            worker = threading.Thread(target=self._work, name=f"worker-{number}", daemon=True)
            try:
                worker.start()
            except RuntimeError:
                if not number:
                    raise
                logger.warning(
                    "This machine allows only %d of %d parallel requests (a limit on processes or"
                    " threads).",
                    number,
                    self._workers,
                )
                return

    def _work(self) -> None:
        try:
            self._send_requests()
        except Exception as defect:  # noqa: BLE001  a worker that dies in silence is waited for
            self.defect = defect

    def _send_requests(self) -> None:
        while (self._open or self._expected) and not self._stopped:
            if found := self._next():
                number, task, request = found
                fault = self._fetch(number, task, request)
                with self._changed:
                    self._readers[number].settle(task, fault, time.monotonic())
                    self._note_ends()
            self._put_settled()

    def _next(self) -> tuple[int, Task, PageRequest | None] | None:
        """Wait for a request that may be sent; None when there will be no more.

        None as well if something has ended meanwhile without a request: its end has to be written
        first.
        """
        with self._changed:
            while (self._open or self._expected) and not self._stopped:
                now = time.monotonic()
                soonest, idle = _LONGEST_SLEEP, True
                for number in sorted(self._open, key=self._turn):
                    reader = self._readers[number]
                    outcome = reader.next_task(now)
                    if isinstance(outcome, WindowReader | ItemReader):
                        self._changed.notify()  # a second request may be possible as well
                        page = None if isinstance(outcome, ItemReader) else reader.request(outcome)
                        return number, outcome, page
                    if outcome is not None:
                        soonest, idle = min(soonest, outcome), False
                self._note_ends()
                if self._settled:
                    return None
                if idle and self._open and not any(each.tasks.in_flight for each in self._readers):
                    raise RuntimeError("views are open, but nothing is under way for them")
                self._changed.wait(soonest)
            return None

    def _turn(self, number: int) -> tuple[int, int]:
        return self._quotas[number], len(self._readers[number].tasks.in_flight)

    def _fetch(self, number: int, task: Task, request: PageRequest | None) -> Exception | None:
        """Fetch a page or an item and send it out; return the fault, if any."""
        collection = self._readers[number].job.collection
        page: Page | None = None
        try:
            if isinstance(task, ItemReader):
                page = collection.fetch_item({each.view.view: each.request for each in task.wanted})
            elif request:
                page = collection.fetch(request)
            # A single page at a time turns into lines: while the queue is full, the others wait as
            # sent, or every worker would hold its page twice.
            with self._sending:
                deliveries = self._deliveries(number, task, request, page)
                self._put_settled()  # a page may open again what has been settled before
                self._queue.put(deliveries)
        except Exception as fault:  # noqa: BLE001  one stream's defect leaves the others whole
            return fault
        finally:
            if page:
                page.release()
        return None

    def _deliveries(
        self, number: int, task: Task, request: PageRequest | None, page: Page | None
    ) -> Deliveries:
        """Take in the answer to a request; return the deliveries for the writer."""
        if page is None:
            return []
        reader = self._readers[number]
        if isinstance(task, WindowReader) and request:
            with self._changed:
                deliveries = reader.accept_page(task, request, page)
                for delivery in deliveries:
                    self._open_children(reader.job, delivery)
                    reader.note_listed(delivery)
        elif isinstance(task, ItemReader):
            wanted = zip(task.wanted, page.extracts, strict=True)
            deliveries = [
                Delivery(each.view.view, task.number, extract, cursors=[each.cursor])
                for each, extract in wanted
            ]
        else:
            return []
        return [self._written(number, delivery) for delivery in deliveries]

    def _written(self, number: int, delivery: Delivery) -> Delivery:
        """Return a delivery of the collection `number` with its records as lines."""
        job = self._readers[number].job.views[delivery.view].stream
        records = job.shaped(delivery.extract.records) if job else ()
        lines = record_lines(job.stream, records) if job and records else b""
        return replace(
            delivery,
            collection=number,
            extract=NOTHING,
            lines=lines,
            records=len(records),
            ids=delivery.extract.ids if job and job.deletes else (),
            gone=delivery.extract.gone,
        )

    def _open_children(self, job: CollectionJob, delivery: Delivery) -> None:
        for partition in delivery.extract.children:
            for child in job.views[delivery.view].children:
                self._readers[self._numbers[id(child)]].open(partition)

    def _note_ends(self) -> None:
        """Note complete windows and ended views, until no end brings another."""
        ended = True
        while ended:
            ended = False
            for number in tuple(self._open):
                reader = self._readers[number]
                if done := reader.take_complete():
                    self._settled.append([replace(each, collection=number) for each in done])
                for view in reader.ended():
                    ended = True
                    self._end_view(number, view)
                if reader.finished:
                    self._open.remove(number)
                    self._changed.notify_all()

    def _end_view(self, number: int, view: int) -> None:
        reader = self._readers[number]
        failure = reader.views.failure(view)
        for child in reader.job.views[view].children:
            self._readers[self._numbers[id(child)]].parent_ended(failure)
        self._settled.append([Delivery(view, ends=True, failure=failure, collection=number)])
        self._changed.notify_all()

    def _put_settled(self) -> None:
        """Send out complete windows and ends, in the order in which they were settled."""
        with self._settling:
            while self._settled:
                self._queue.put(self._settled.popleft())


def _smallest_quota(job: CollectionJob) -> int:
    """Return the requests a minute of the collection's smallest quota."""
    items = (job.collection.item_quota(view) for view in range(len(job.views)))
    return min(quota.per_minute for quota in (job.collection.quota, *items))
