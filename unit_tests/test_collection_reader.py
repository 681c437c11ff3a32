"""One collection's part in a sync: what faults are met with, and what is read once more."""

from dataclasses import dataclass, field, replace

import pytest
from airbyte_cdk.models import FailureType, StreamDescriptor

from source_klaviyo.errors import (
    PageLost,
    PageSizeRefused,
    PageTooLarge,
    ParameterRefused,
    QuotaSpent,
    RequestFailed,
    ScopeMissing,
    StreamFailed,
    Throttled,
)
from source_klaviyo.protocol import Extract, ItemRequest, Page, PageRequest, Window
from source_klaviyo.sync.jobs import CollectionJob, StreamJob, ViewJob
from source_klaviyo.sync.reading.collection_reader import CollectionReader
from source_klaviyo.sync.reading.tasks import ItemReader
from source_klaviyo.sync.state.checkpoint import CursorCheckpoint
from source_klaviyo.sync.state.loading import load
from source_klaviyo.sync.windows.no_cursor_reader import NoCursorReader
from source_klaviyo.sync.windows.window_reader import WindowReader
from unit_tests.fakes import BEGAN, HORIZON, TwoPages, collection_job
from unit_tests.pages import answer, page, page_of, reading, rows_of, send

SLOW = RequestFailed("Klaviyo answered 503.", by_size=True)


@dataclass(eq=False)
class Lenient(TwoPages):
    """A collection that can do without its tags, and then without its sort."""

    told: list[PageRequest] = field(default_factory=list)
    proven: list[frozenset[str]] = field(default_factory=list)

    def refused_parts(self, request: PageRequest, failure: StreamFailed) -> frozenset[str] | None:
        del failure
        self.told.append(request)
        trials = [frozenset[str](), frozenset({"include=tags"}), frozenset({"sort"}), None]
        return trials[trials.index(request.left_out) + 1]

    def served_without(self, parts: frozenset[str], *, is_row: bool) -> None:
        del is_row
        self.proven.append(parts)


def started(collection: TwoPages, *, keeps_state: bool = True) -> CollectionReader:
    job = collection_job(collection)
    for view in job.views:
        assert view.stream
        view.stream.keeps_state = keeps_state
    return reading(job)


def fail(read: CollectionReader, fault: Exception, now: float = 0.0) -> None:
    task, _ = send(read, now)
    read.settle(task, fault, now)


def failure(read: CollectionReader) -> str:
    failed = read.views.failure(0)
    assert failed
    return str(failed.message)


def test_throttling_is_waited_for_and_never_counts() -> None:
    read = started(TwoPages())
    for number in range(50):
        fail(read, Throttled("the quota is used up", 2.0), number * 10.0)
        assert read.next_task(number * 10.0) == 2.0
    assert read.tally.throttled == 50
    assert (read.tally.retries, read.views.failures) == (0, {})


def test_a_fault_that_does_not_pass_ends_the_view_as_a_transient_one() -> None:
    read, now = started(TwoPages(bounded_above=False)), 0.0
    while not (ended := read.ended()):
        fail(read, RequestFailed("No answer."), now)
        now += 100.0
        assert read.tally.retries < 12
    failed = read.views.failure(0)
    assert failed
    assert failed.failure_type is FailureType.transient_error
    assert ended == [0]
    assert read.finished


def test_what_lies_around_a_page_that_cannot_be_loaded_is_read() -> None:
    """Reported of definitions of templates: 500 "Failed to load definition" wherever one is."""
    poisoned, rows, now = 500, range(100, HORIZON, 50), 0.0
    read = started(TwoPages(page_size=4))
    read.partitions.readings[0].asks_without_cursor = True
    (checkpoint,) = read.partitions.readings[0].checkpoints
    came = list[int]()
    assert checkpoint
    while not read.ended():
        task, request = send(read, now)
        begin = int(request.token) if request.token else request.window.lo
        found = [row for row in rows if begin <= row < request.window.hi]
        assert request.page_size
        found, more = found[: request.page_size], found[request.page_size :]
        if poisoned in found:
            read.settle(task, SLOW, now)
        else:
            following = str(more[0]) if more else None
            for step in answer(read, task, request, page_of(rows_of(*found), token=following)):
                came += [int(bytes(piece)[7:10]) for piece, _ in step.extract.records]
                for window in step.completes:
                    checkpoint.complete(window)
        now += 100.0
        assert read.tally.retries < 100
    assert came == [*dict.fromkeys(came)]
    assert sorted(came) == [row for row in rows if row != poisoned]
    assert checkpoint.missing() == [Window(500, 501)], "the next sync asks for this second alone"
    assert "503" in failure(read)


def test_a_klaviyo_that_is_down_is_not_asked_for_ever_smaller_windows() -> None:
    read, requests = started(TwoPages(page_size=100)), 0
    while not read.ended():
        fail(read, SLOW, requests * 100.0)
        requests += 1
    assert requests < 80


def test_a_heavy_page_is_asked_for_in_smaller_ones_until_it_comes() -> None:
    read, sizes, now = started(TwoPages(page_size=100)), list[int | None](), 0.0
    for _ in range(6):
        task, request = send(read, now)
        sizes.append(request.page_size)
        read.settle(task, SLOW, now)
        now += 100.0
    assert sizes == [100, 100, 50, 25, 12, 6]
    task, request = send(read, now)
    answer(read, task, request, page(100, 200))
    assert read.request(task).page_size == 3


def test_a_fault_that_no_size_explains_leaves_the_size_alone() -> None:
    read, now = started(TwoPages(page_size=100, bounded_above=False)), 0.0
    while not read.ended():
        task, request = send(read, now)
        assert request.page_size == 100
        read.settle(task, RequestFailed("No answer."), now)
        now += 100.0


def test_a_size_that_klaviyo_refuses_is_asked_for_by_no_reader_again() -> None:
    read = started(TwoPages(page_size=1000))
    fail(read, PageSizeRefused("Too many.", [200]))
    task, request = send(read)
    assert request.page_size == 200
    answer(read, task, request, page(*range(100, 300)))
    assert send(read)[1].page_size == 200


def test_an_answer_that_is_too_large_is_asked_for_in_parts() -> None:
    read = started(TwoPages(page_size=1000))
    fail(read, PageTooLarge("Too large.", 16_000_000))
    size = send(read)[1].page_size
    assert size is not None
    assert size <= 156


def test_a_single_row_that_is_too_large_ends_the_views() -> None:
    read = started(TwoPages(page_size=1))
    fail(read, PageTooLarge("Too large.", 64_000_000))
    assert "Too large." in failure(read)


def test_page_cursors_that_are_refused_again_and_again_end_the_views() -> None:
    read, rows = started(TwoPages(ordered=False)), 0
    while not read.ended():
        task, request = send(read)
        if request.token:
            read.settle(task, PageLost("Not known."), 0.0)
        else:
            steps = answer(read, task, request, page(100, 200))
            rows += sum(len(step.extract.records) for step in steps)
    assert "rejects the page cursors" in failure(read)
    assert rows == 2


def test_pages_that_lead_in_a_circle_end_the_views() -> None:
    read, rows = started(TwoPages(ordered=False)), 0
    while not read.ended():
        task, request = send(read)
        steps = answer(read, task, request, page_of(rows_of(100, 200), token="itself"))
        rows += sum(len(step.extract.records) for step in steps)
    assert "leads back" in failure(read)
    assert rows == 2


def test_a_refusal_is_asked_for_again_before_anything_is_left_out() -> None:
    """Klaviyo has refused under load what it serves a second later (klaviyo-android-sdk 485)."""
    refused, now = ScopeMissing("No."), 0.0
    collection = Lenient()
    read = started(collection)
    for doubts in (1, 2):
        fail(read, refused, now)
        assert collection.told == []
        assert read.next_task(now) == [1.0, 4.0][doubts - 1]
        now += 10.0
    for _ in range(3):
        task, request = send(read, now)
        read.settle(task, refused, now)
        assert collection.told[-1] == request
    assert [request.left_out for request in collection.told] == [
        frozenset(),
        {"include=tags"},
        {"sort"},
    ]
    assert failure(read) == "No."


def test_a_part_is_left_out_of_the_page_that_was_refused_alone() -> None:
    refused, now = ParameterRefused("No.", None), 0.0
    collection = Lenient()
    read = started(collection)
    for _ in range(3):
        fail(read, refused, now)
        now += 10.0
    task, request = send(read, now)
    assert request.left_out == {"include=tags"}
    answer(read, task, request, page(100, 200))
    assert collection.proven == [{"include=tags"}]
    assert send(read, now)[1].left_out == frozenset()


@pytest.mark.parametrize(
    "ending",
    [
        QuotaSpent("The daily quota is used up.", 40_000),
        StreamFailed("Nothing was granted for an hour.", FailureType.transient_error),
        StreamFailed("No.", FailureType.system_error),
    ],
)
def test_what_is_no_refusal_of_a_parameter_ends_the_stream_at_once(ending: StreamFailed) -> None:
    collection = Lenient()
    read = started(collection)
    fail(read, ending)
    assert failure(read) == ending.message
    assert collection.told == []


def test_a_full_refresh_reads_again_what_changed_while_it_read() -> None:
    read = started(TwoPages(ordered=False, sortable=False), keeps_state=False)
    for found in (page_of(rows_of(100, 300)), page(200, more=False)):
        task, request = send(read)
        answer(read, task, request, found)
    task, request = send(read)
    assert request.window == Window(HORIZON)
    changed = page_of([("100.0", HORIZON + 3)], token=None)
    step, *_ = answer(read, task, request, changed)
    assert len(step.extract.records) == 1
    assert read.ended() == [0]
    assert read.finished


def test_rows_that_move_between_partitions_are_read_once_more_when_all_have_ended() -> None:
    """Rows that are un-archived while a read runs leave a partition that is read last."""
    shown, hidden = {"archived": False}, {"archived": True}
    collection = TwoPages(ordered=False, sortable=False, partitions=(shown, hidden))
    read, asked = started(collection, keeps_state=False), list[tuple[object, int]]()
    while not read.ended():
        task, request = send(read)
        asked.append((request.partition, request.window.lo))
        answer(read, task, request, page(100, more=False))
    assert asked == [(shown, 0), (hidden, 0), (shown, HORIZON), (hidden, HORIZON)]


@pytest.mark.parametrize("keeps_state", [True, False])
def test_a_single_page_is_not_read_again(*, keeps_state: bool) -> None:
    read = started(TwoPages(ordered=False), keeps_state=keeps_state)
    task, request = send(read)
    answer(read, task, request, page(100, more=False))
    assert read.ended() == [0]


def split_up(read: CollectionReader) -> tuple[WindowReader, WindowReader, WindowReader]:
    """Return the readers of a window, of its end, and of rows without a cursor, all under way."""
    first, request = send(read)
    read.accept_page(first, request, page(100, 101))
    rest, bounded = send(read)
    assert bounded.window.lo > 101
    without_cursor, last = send(read)
    assert last.newest_first
    assert isinstance(without_cursor, NoCursorReader)
    return first, rest, without_cursor


@pytest.mark.parametrize("last", ["rows without a cursor", "a window"])
def test_a_full_refresh_reads_again_whichever_of_its_readers_ends_last(last: str) -> None:
    read = started(TwoPages(), keeps_state=False)
    first, rest, without_cursor = split_up(read)
    first.finished = True
    read.settle(first, None, 0.0)
    order = [rest, without_cursor] if last == "rows without a cursor" else [without_cursor, rest]
    for reader in order:
        answer(read, reader, read.request(reader), page(more=False))
    _, request = send(read)
    assert request.window == Window(HORIZON)


def test_rows_without_a_cursor_are_complete_only_with_their_items() -> None:
    read = started(TwoPages())
    first, rest, without_cursor = split_up(read)
    found = replace(page(None, more=False), extracts=[Extract(items=[ItemRequest("a")])])
    steps = answer(read, without_cursor, read.request(without_cursor), found)
    assert not any(step.without_cursor for step in steps), "its item is still to come"
    item = read.next_task(0.0)
    assert isinstance(item, ItemReader)
    read.settle(item, None, 0.0)
    assert any(step.without_cursor for step in read.take_complete())
    assert {first, rest} <= {*read.tasks.in_flight}


def test_a_first_sync_that_is_killed_leaves_rows_without_a_cursor_to_the_next() -> None:
    read = started(TwoPages())
    task, request = send(read)
    (step,) = answer(read, task, request, page(100, 200))
    (checkpoint,) = read.partitions.readings[0].checkpoints
    assert isinstance(checkpoint, CursorCheckpoint)
    checkpoint.complete(step.completes[0])
    state = checkpoint.current(HORIZON)
    assert state.watermark == 200
    assert state.rows_without_cursor, "Klaviyo may sort them last, and nothing reads them there"


def test_a_view_that_has_failed_is_asked_for_no_more() -> None:
    jobs = [StreamJob(StreamDescriptor(name), "updated", began=BEGAN) for name in "ab"]
    job = CollectionJob(TwoPages(), [ViewJob(each) for each in jobs])
    read = reading(job)
    assert send(read)[1].views == (0, 1)
    read.fail(0, StreamFailed("No.", FailureType.system_error))
    (task,) = read.tasks.in_flight
    assert isinstance(task, WindowReader)
    found = replace(page(100, 200), extracts=[Extract(), Extract()])
    answer(read, task, PageRequest({}, Window(), (0, 1)), found)
    assert send(read)[1].views == (1,)
    assert read.ended() == [0]
    assert not read.finished


def test_a_parent_costs_no_more_than_its_id_until_its_turn_comes() -> None:
    collection = TwoPages(partitions=(), has_cursor=False, ordered=False)
    read = reading(collection_job(collection), parents=1)
    for number in range(1_000):
        read.open({"list_id": f"{number}"})
    read.parent_ended(None)
    came = list[str]()
    while not read.ended():
        assert sum(1 for _ in read.tasks.readers()) <= 100
        assert len(read.partitions.readings) <= 100
        task, request = send(read)
        came.append(str(request.partition["list_id"]))
        answer(read, task, request, Page([], [], [Extract()]))
    assert came == [f"{number}" for number in range(1_000)]
    assert read.finished


@pytest.mark.parametrize("known", [{}, {"updated": "1970-01-01T00:10:00+00:00", "version": 1}])
def test_no_state_claims_a_partition_that_has_not_been_opened(known: dict[str, str]) -> None:
    """Hidden rows are read last: a kill before that must leave them where they were."""
    hidden = {"archived": True}
    collection = TwoPages(partitions=({"archived": False}, hidden))
    job = collection_job(collection)
    (view,) = job.views
    assert view.stream
    view.stream.loaded = load("things", known, "updated")
    before = view.stream.loaded.of(hidden)
    read = reading(job)
    task, request = send(read)
    assert request.partition == {"archived": False}
    (checkpoint,) = read.partitions.readings[0].checkpoints
    assert checkpoint
    for delivery in read.accept_page(task, request, page(700, more=False)):
        for window in delivery.completes:
            checkpoint.complete(window)
    state = load("things", view.stream.state(HORIZON, complete=False), "updated")
    assert state.of({"archived": False}).watermark == HORIZON
    assert state.of(hidden).watermark == before.watermark
