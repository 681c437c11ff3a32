"""What a review found: rows that were claimed and not read, and reads that did not end."""

import json
import threading
from dataclasses import dataclass, field, replace

import pytest
from airbyte_cdk.models import FailureType

from source_klaviyo.errors import PageLost, RequestFailed, StreamFailed
from source_klaviyo.protocol import Extract, ItemRequest, PageRequest
from source_klaviyo.sync.output.output_queue import Delivery, OutputQueue
from source_klaviyo.sync.reading.collection_reader import CollectionReader
from source_klaviyo.sync.reading.scheduler import Scheduler
from source_klaviyo.sync.reading.tasks import ItemReader
from source_klaviyo.sync.windows.no_cursor_reader import NoCursorReader
from source_klaviyo.sync.windows.seen_rows import IdMemory
from source_klaviyo.sync.windows.window_reader import WindowReader
from unit_tests.fakes import BEGAN, HORIZON, OpensLater, TwoPages, collection_job
from unit_tests.pages import answer, page, page_of, rows_of, send
from unit_tests.test_collection_reader import fail, failure, started

HOUR = StreamFailed("Klaviyo has granted no request for an hour.", FailureType.transient_error)
Row = tuple[int, str]


def test_newest_first_a_full_refresh_looks_for_rows_that_moved_to_the_front() -> None:
    collection = TwoPages(ordered=False, newest_first=True, bounded_above=False)
    read = started(collection, keeps_state=False)
    for found in (page(300, 200), page(90, more=False)):
        task, request = send(read)
        answer(read, task, request, found)
    assert read.ended() == []


def served(rows: list[Row], request: PageRequest, count: int = 2) -> list[Row]:
    """Return the rows of a request, one more than a page has if there are more."""
    window = request.window
    lo, hi = (json.loads(request.token)) if request.token else ([window.lo, ""], window.hi)
    found = [row for row in rows if tuple(lo) <= row and row[0] < hi]
    return sorted(found, reverse=request.newest_first)[: count + 1]


def test_a_full_refresh_outlives_many_pages_of_changes() -> None:
    read = started(TwoPages(page_size=2), keeps_state=False)
    rows = [(100 + 10 * number, f"o{number}") for number in range(80)]
    rows += [(HORIZON + number, f"c{number}") for number in range(60)]
    came, tasks = 0, list[tuple[WindowReader, PageRequest]]()
    while True:
        while len(tasks) < 2 and isinstance(task := read.next_task(0.0), WindowReader):
            tasks.append((task, read.request(task)))
        if not tasks:
            break
        task, request = tasks.pop(0)
        found = served(rows, request)
        goes_on = len(found) > 2 and not request.newest_first
        token = json.dumps([found[2], request.window.hi]) if goes_on else None
        part = page_of([(name, at) for at, name in found[:2]], token=token)
        came += sum(len(each.extract.records) for each in answer(read, task, request, part))
    assert (came, read.ended(), read.views.failure(0)) == (len(rows), [0], None)


def test_page_cursors_lost_behind_the_horizon_are_no_end() -> None:
    read, came, lost = started(TwoPages(page_size=2, bounded_above=False)), 0, 0
    rows = [(100, "a"), (200, "b"), *((HORIZON + number, f"c{number}") for number in range(60))]
    while not read.ended():
        task, request = send(read)
        if came >= 50 and request.token and lost < 2:
            lost += 1
            read.settle(task, PageLost("Not known."), 0.0)
            continue
        found = served(rows, request)
        token = json.dumps([found[2], request.window.hi]) if found[2:] else None
        part = page_of([(name, at) for at, name in found[:2]], token=token)
        came += sum(len(each.extract.records) for each in answer(read, task, request, part))
    assert (came, read.views.failure(0)) == (len(rows), None)


def test_the_writing_thread_never_waits_for_itself() -> None:
    queue = OutputQueue(8_000_000)
    queue.put([Delivery(view=0, lines=b"x" * 9_000_000)])
    nothing = CollectionReader(collection_job(TwoPages(partitions=())), lambda: HORIZON, IdMemory())
    main = threading.Thread(target=Scheduler(queue, 1).add, args=([nothing],), daemon=True)
    main.start()
    main.join(10)
    assert not main.is_alive()


@pytest.mark.parametrize("ordered", [True, False])
def test_a_second_that_was_passed_over_stays_open(ordered: bool) -> None:  # noqa: FBT001
    read = started(TwoPages(bounded_above=False, ordered=ordered))
    reading = read.partitions.readings[0]
    reading.ask_without_cursor()
    (checkpoint,) = reading.checkpoints
    assert checkpoint
    tied = [[("a", 100), ("b", 100)], [("c", 100), ("d", 100)]]
    pages = [page_of(rows, exact=False) for rows in (tied if ordered else tied[:1])]
    for found in (*pages, page_of(rows_of(200, 300), token=None)):
        task, request = send(read)
        for each in answer(read, task, request, found):
            for window in each.completes:
                checkpoint.complete(window)
    assert "share the value 100" in failure(read)
    assert any(100 in each for each in checkpoint.missing())


def test_a_window_that_failed_completes_no_rows_without_a_cursor() -> None:
    read = started(TwoPages(bounded_above=False))
    task, request = send(read)
    answer(read, task, request, page(100, 200))
    fail(read, HOUR)
    assert read.ended() == [0]
    assert not any(each.without_cursor for each in read.take_complete())


def test_the_end_of_pages_completes_no_rows_whose_items_are_missing() -> None:
    read = started(TwoPages())
    task, request = send(read)
    found = replace(page(None, more=False), extracts=[Extract(items=[ItemRequest("a")])])
    deliveries = answer(read, task, request, found)
    assert deliveries
    assert not any(each.without_cursor for each in [*deliveries, *read.take_complete()])
    item = read.next_task(0.0)
    assert isinstance(item, ItemReader)
    read.settle(item, None, 0.0)
    assert [each.without_cursor for each in read.take_complete()] == [True]


def test_rows_without_a_cursor_at_the_front_survive_a_page_that_cannot_be_loaded() -> None:
    read, now = started(TwoPages()), 0.0
    task, request = send(read)
    answer(read, task, request, page(None, None))
    while not isinstance(task, NoCursorReader):
        task, request = send(read, now)
        if not isinstance(task, NoCursorReader):
            is_bounded = request.window.lo or request.window.hi < BEGAN
            read.settle(task, None if is_bounded else RequestFailed("500"), now)
            now += 100.0
    answer(read, task, request, page(900))
    assert not task.finished, "the other end has cursors, so the rest stands at the front"


def test_a_row_that_a_page_could_not_give_is_not_noted_as_written() -> None:
    read = started(TwoPages())
    task, request = send(read)
    task.ask_with_less(frozenset({"include=attributions"}))
    found = replace(page_of([("f", BEGAN + 10**5)], token=None), extracts=[Extract(failure=HOUR)])
    deliveries = answer(read, task, request, found)
    assert not any(each.ahead for each in deliveries)


def test_a_half_that_can_be_read_is_as_patient_as_any_window() -> None:
    read = started(TwoPages())
    task, request = send(read)
    answer(read, task, request, page(100, 200))
    task, _ = send(read)
    rest = task.halve()
    assert rest
    assert rest.retry.exhausted(is_refusal=False) is False
    rest.retry.wait(0.0)
    assert rest.retry.exhausted(is_refusal=False), "halves are tried only shortly"
    rest.request()
    rest.accept(page(700, 800), (0,))
    rest.retry.wait(0.0)
    assert not rest.retry.exhausted(is_refusal=False)


@dataclass(eq=False)
class Itemized(TwoPages):
    """Pages whose items have a quota of their own, which grants nothing for long."""

    items: OpensLater = field(default_factory=lambda: OpensLater(opens_at=1e9))

    def item_quota(self, view: int) -> OpensLater:
        del view
        return self.items


def test_no_page_is_asked_for_while_a_thousand_items_wait() -> None:
    read, pages = started(Itemized(page_size=100)), 0
    while isinstance(task := read.next_task(0.0), WindowReader):
        request = read.request(task)
        first = 100 + 100 * pages
        items = Extract(items=[ItemRequest(str(first + number)) for number in range(100)])
        found = page_of(rows_of(*range(first, first + 100)), token=f"p{pages}")
        answer(read, task, request, replace(found, extracts=[items] * len(request.views)))
        pages += 1
        assert pages < 50
    assert 1_000 <= sum(1 for _ in read.tasks.waiting()) <= 1_100
