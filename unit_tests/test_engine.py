"""A whole sync over collections made for the purpose: signs of life, fairness, and defects."""

import logging
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from typing import Any

import orjson
import pytest
from airbyte_cdk.models import FailureType, StreamDescriptor
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_klaviyo.errors import StreamFailed
from source_klaviyo.protocol import Extract, ItemRequest, Page, PageRequest, Window
from source_klaviyo.sync import engine, progress
from source_klaviyo.sync.jobs import CollectionJob, LaterPlan, StreamJob, SyncPlan, ViewJob
from source_klaviyo.sync.output.output_queue import OutputQueue
from source_klaviyo.sync.reading.collection_reader import CollectionReader
from source_klaviyo.sync.reading.scheduler import Scheduler
from source_klaviyo.sync.reading.tasks import Task
from source_klaviyo.sync.state.loading import load
from source_klaviyo.sync.windows.seen_rows import IdMemory
from unit_tests.fakes import (
    HORIZON,
    OpensLater,
    TwoPages,
    collection_job,
    record,
    stream_job,
    sync_plan,
)

Message = dict[str, Any]
NO = StreamFailed("No.", FailureType.system_error)


@dataclass(eq=False)
class Listed(TwoPages):
    """Two pages with two items each; items have a quota and a fault of their own."""

    ordered: bool = False
    grants_items: OpensLater = field(default_factory=OpensLater)
    item_fault: str = ""

    def item_quota(self, view: int) -> OpensLater:
        del view
        return self.grants_items

    def fetch(self, request: PageRequest) -> Page:
        number = 2 if request.token else 1
        items = [ItemRequest(f"{number}{letter}") for letter in "ab"]
        ids = [item.id for item in items]
        return Page(ids, [100, 100], [Extract(items=items)], None if request.token else "second")

    def fetch_item(self, items: Mapping[int, ItemRequest]) -> Page:
        if self.item_fault in {item.id for item in items.values()}:
            raise NO
        return super().fetch_item(items)


def plan_of(*jobs: TwoPages | CollectionJob) -> SyncPlan:
    return sync_plan(
        *(job if isinstance(job, CollectionJob) else collection_job(job) for job in jobs)
    )


def sent(plan: SyncPlan, workers: int = 3) -> Iterator[Message]:
    """Yield the messages of a sync. Raises what ends it."""
    for chunk in engine.Sync(plan, workers, lambda: HORIZON).lines():
        yield from map(orjson.loads, chunk.splitlines())


def run(*jobs: TwoPages | CollectionJob, workers: int = 3) -> list[Message]:
    """Return the messages of a sync."""
    return [*sent(plan_of(*jobs), workers)]


def failing(
    plan: SyncPlan, words: str | None = None
) -> tuple[list[Message], AirbyteTracedException]:
    """Return the messages of a sync that fails with these words, and its failure."""
    messages = list[Message]()
    with pytest.raises(AirbyteTracedException, match=words) as failed:
        messages.extend(sent(plan))
    return messages, failed.value


def records(messages: list[Message]) -> list[tuple[str, str]]:
    """Return the stream and the id of each record."""
    found = [message["record"] for message in messages if message["type"] == "RECORD"]
    return [(record["stream"], record["data"]["id"]) for record in found]


def states(messages: list[Message], stream: str = "things") -> list[Message]:
    found = [message["state"]["stream"] for message in messages if message["type"] == "STATE"]
    return [
        state["stream_state"] for state in found if state["stream_descriptor"]["name"] == stream
    ]


def statuses(messages: list[Message], stream: str) -> list[str]:
    traces = [message["trace"] for message in messages if message["type"] == "TRACE"]
    told = [trace["stream_status"] for trace in traces if trace["type"] == "STREAM_STATUS"]
    return [each["status"] for each in told if each["stream_descriptor"]["name"] == stream]


def test_a_waiting_stream_gives_signs_of_life(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(engine, "_TICK", 0.02)
    monkeypatch.setattr(engine, "_LONGEST_SILENCE", 0.05)
    monkeypatch.setattr(progress, "_INTERVAL", 0.05)
    with caplog.at_level(logging.INFO, "airbyte"):
        # What cannot be bounded above is never split, however long its pages are under way.
        messages = run(TwoPages(quota=OpensLater(time.monotonic() + 0.5), bounded_above=False))
    kinds = [message["type"] for message in messages]
    assert "STATE" in kinds[: kinds.index("RECORD")], "states come while nothing else does"
    told = "\n".join(caplog.messages)
    assert "things: 0 records, 0/s, waits for the quota" in told
    assert "things: 2 things; 2 requests (3 % of its quota), 0 retries, 0 answered 429" in told


def test_a_waiting_stream_does_not_hold_up_another() -> None:
    waiting = TwoPages("waiting", OpensLater(time.monotonic() + 0.5))
    found = records(run(waiting, TwoPages("quick")))
    assert [stream for stream, _ in found] == ["quick", "quick", "waiting", "waiting"]


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (StreamFailed("Try later.", FailureType.transient_error), "transient_error", "Try later."),
        (ZeroDivisionError("oops"), "system_error", "a defect of the connector"),
    ],
)
def test_what_ends_a_stream_leaves_the_other_whole(fault: Exception, kind: str, words: str) -> None:
    messages, combined = failing(plan_of(TwoPages("broken", fault=fault), TwoPages("sound")))
    assert sorted(stream for stream, _ in records(messages)) == ["broken", "sound", "sound"]
    assert "broken" in str(combined.message)
    assert combined.failure_type is not None
    assert combined.failure_type.value == kind
    (told, *_) = (
        message["trace"]["error"] for message in messages if "error" in message.get("trace", {})
    )
    assert ("stack_trace" in told) == isinstance(fault, ZeroDivisionError), "a defect of ours alone"
    assert words in str(combined.message)


class Ascending(TwoPages):
    """Its first page has two rows, which show the order."""

    def fetch(self, request: PageRequest) -> Page:
        page = super().fetch(request)
        if request.token:
            return page
        extracts = [Extract([record("before"), *each.records]) for each in page.extracts]
        return Page(["before", *page.ids], [50, *page.cursors], extracts, page.next)


def test_records_of_a_failing_stream_and_its_state_are_kept() -> None:
    messages, _ = failing(plan_of(Ascending(fault=NO)))
    assert len(records(messages)) == 2
    assert states(messages)[-1]["updated"] == "1970-01-01T00:01:40+00:00"
    assert statuses(messages, "things")[-1] == "INCOMPLETE"


def test_the_smallest_quota_is_served_first() -> None:
    order: list[str] = []
    large = TwoPages("large", OpensLater(per_minute=750, name="large", asked=order))
    small = TwoPages("small", OpensLater(per_minute=150, name="small", asked=order))
    run(large, small, workers=1)
    assert order == ["small", "small", "large", "large"]


def test_one_page_feeds_every_view_of_its_collection() -> None:
    asked: list[str] = []
    quota = OpensLater(name="page", asked=asked)
    messages = run(collection_job(TwoPages(quota=quota), stream_job("a"), stream_job("b")))
    assert sorted(records(messages)) == [
        ("a", "first"),
        ("a", "second"),
        ("b", "first"),
        ("b", "second"),
    ]
    assert asked == ["page", "page"]
    for stream in "ab":
        assert states(messages, stream)[-1] == {
            "updated": "1970-01-01T00:16:35+00:00",
            "version": 1,
        }
        assert statuses(messages, stream) == ["STARTED", "RUNNING", "COMPLETE"]


def test_a_view_that_fails_leaves_the_others_of_its_collection_whole() -> None:
    class OneRefused(Ascending):
        def fetch(self, request: PageRequest) -> Page:
            page = super().fetch(request)
            refused = [
                Extract(failure=NO) if view == 0 and request.token else extract
                for view, extract in zip(request.views, page.extracts, strict=True)
            ]
            return Page(page.ids, page.cursors, refused, page.next)

    job = collection_job(OneRefused(), stream_job("a"), stream_job("b"))
    messages, _ = failing(sync_plan(job), r"a: No\.")
    found = [each for each in records(messages) if each[0] == "b"]
    assert found == [("b", "before"), ("b", "first"), ("b", "second")]
    assert statuses(messages, "a")[-1] == "INCOMPLETE"
    assert statuses(messages, "b")[-1] == "COMPLETE"
    assert states(messages, "a")[-1]["updated"] == "1970-01-01T00:01:40+00:00"


def test_a_defect_outside_of_requests_ends_the_sync() -> None:
    class Broken(OpensLater):
        def reserve(self) -> float:
            raise ZeroDivisionError("oops")

    messages, failure = failing(plan_of(TwoPages(quota=Broken())), "defect.*oops")
    assert failure.failure_type is FailureType.system_error
    assert statuses(messages, "things") == ["STARTED", "INCOMPLETE"]


def test_a_sync_that_waits_for_nothing_ends() -> None:
    class Forgetful(CollectionReader):
        def next_task(self, now: float) -> Task | float | None:
            del now
            return None

    queue = OutputQueue(1000)
    reader = Forgetful(collection_job(TwoPages()), lambda: HORIZON, IdMemory())
    scheduler = Scheduler(queue, 2)
    scheduler.add([reader])
    scheduler.start()
    assert queue.get(0.5) is None
    assert "nothing is under way" in str(scheduler.defect)


def test_a_slow_lookup_holds_up_no_other_stream() -> None:
    ended = threading.Event()

    def prepare() -> SyncPlan:
        assert ended.wait(10), "the other stream has not ended"
        return sync_plan(collection_job(TwoPages("late"), stream_job("late")))

    plan = sync_plan(collection_job(TwoPages()))
    plan = replace(plan, later=[LaterPlan([StreamDescriptor("late")], prepare)])
    messages = list[Message]()
    for message in sent(plan):
        messages.append(message)
        if statuses(messages, "things")[-1:] == ["COMPLETE"]:
            ended.set()
    assert statuses(messages, "late") == ["STARTED", "RUNNING", "COMPLETE"]
    assert len(records(messages)) == 4


def test_a_lookup_that_fails_fails_its_own_streams_alone() -> None:
    def prepare() -> SyncPlan:
        raise StreamFailed("There is no such metric.", FailureType.config_error)

    plan = sync_plan(collection_job(TwoPages()))
    plan = replace(plan, later=[LaterPlan([StreamDescriptor("late")], prepare)])
    messages, _ = failing(plan, "late: There is no such metric")
    assert statuses(messages, "late") == ["STARTED", "INCOMPLETE"]
    assert statuses(messages, "things")[-1] == "COMPLETE"


def test_every_page_is_released_once_its_lines_are_made() -> None:
    released: list[int] = []

    class Counting(TwoPages):
        def fetch(self, request: PageRequest) -> Page:
            page = super().fetch(request)
            return Page(
                page.ids,
                page.cursors,
                page.extracts,
                page.next,
                release=lambda: released.append(1),
            )

    run(Counting())
    assert len(released) == 2


def test_items_wait_for_their_quota_without_a_worker() -> None:
    listed = Listed("listed", grants_items=OpensLater(time.monotonic() + 0.5))
    found = records(run(listed, *(TwoPages(f"quick {number}") for number in range(4))))
    assert [stream for stream, _ in found][-4:] == ["listed"] * 4
    assert len(found) == 12


@pytest.mark.parametrize("alike", [True, False])
def test_an_item_that_two_views_need_is_asked_for_once(alike: bool) -> None:  # noqa: FBT001
    asked: list[str] = []

    class Shared(Listed):
        def fetch(self, request: PageRequest) -> Page:
            page = super().fetch(request)
            return replace(page, extracts=[*page.extracts] * len(request.views))

        def items_like(self, view: int) -> int:
            return 0 if alike else view

        def fetch_item(self, items: Mapping[int, ItemRequest]) -> Page:
            asked.extend({item.id for item in items.values()})
            return super().fetch_item(items)

    messages = run(collection_job(Shared(), stream_job("one"), stream_job("other")))
    items = ["1a", "1b", "2a", "2b"]
    assert sorted(records(messages)) == sorted(product(["one", "other"], items))
    assert sorted(asked) == sorted(items if alike else items * 2)
    for stream in ("one", "other"):
        assert states(messages, stream)[-1]["updated"] == "1970-01-01T00:16:35+00:00"


def test_a_row_that_stands_twice_on_a_page_is_asked_for_twice() -> None:
    class Twice(Listed):
        def fetch(self, request: PageRequest) -> Page:
            extracts = [Extract(items=[ItemRequest("a")] * 2)] * len(request.views)
            return Page(["a", "a"], [100, 101], extracts)

    messages = run(collection_job(Twice(), stream_job("one"), stream_job("other")))
    assert sorted(records(messages)) == sorted([("one", "a"), ("other", "a")] * 2)
    assert all("updated" in states(messages, stream)[-1] for stream in ("one", "other"))


def test_a_view_that_has_failed_leaves_a_shared_item_to_the_other() -> None:
    class Shared(Listed):
        def fetch(self, request: PageRequest) -> Page:
            page = super().fetch(request)
            if request.token:
                failed = Extract(failure=NO)
                return replace(page, extracts=[failed, *page.extracts][: len(request.views)])
            return replace(page, extracts=[*page.extracts] * len(request.views))

    job = collection_job(Shared(), stream_job("failing"), stream_job("whole"))
    kept, _ = failing(sync_plan(job))
    items = [item for stream, item in records(kept) if stream == "whole"]
    assert sorted(items) == ["1a", "1b", "2a", "2b"]
    assert "updated" in states(kept, "whole")[-1]
    assert "updated" not in states(kept, "failing")[-1]


def test_a_listing_counts_as_read_only_with_all_of_its_items() -> None:
    messages = run(Listed())
    assert sorted(name for _, name in records(messages)) == ["1a", "1b", "2a", "2b"]
    assert states(messages)[-1] == {"updated": "1970-01-01T00:16:35+00:00", "version": 1}
    kept, _ = failing(plan_of(Listed(item_fault="2b")))
    last = load("things", states(kept)[-1], "updated").of({})
    assert last.watermark == 100, "the second of the missing item stays open"
    assert last.read == (Window(101, HORIZON),)


def test_a_spent_quota_holds_up_only_the_collections_that_draw_on_it() -> None:
    late = TwoPages("late", OpensLater(time.monotonic() + 0.3))
    job: StreamJob = stream_job("united")
    members = [
        CollectionJob(collection, [ViewJob(job, {"of": collection.name})])
        for collection in (late, TwoPages("soon"))
    ]
    messages = run(*members)
    assert len(records(messages)) == 4
    before_the_wait = states(messages, "united")
    assert before_the_wait[-1] == {
        "states": [
            {
                "partition": {"of": name},
                "cursor": {"updated": "1970-01-01T00:16:35+00:00"},
            }
            for name in ("late", "soon")
        ],
        "version": 1,
    }
    assert statuses(messages, "united") == ["STARTED", "RUNNING", "COMPLETE"]


def parents_and_children(fault: Exception | None = None) -> tuple[CollectionJob, CollectionJob]:
    """Return a listing of two parents without a stream of its own, and what is read of each."""

    class Parents(TwoPages):
        def fetch(self, request: PageRequest) -> Page:
            page = super().fetch(request)
            children = [Extract(children=[{"list": name}]) for name in page.ids]
            return Page(page.ids, page.cursors, children, page.next)

    job = stream_job("members")
    job.lists_partitions = True
    children = CollectionJob(TwoPages("members", partitions=()), [ViewJob(job)])
    return CollectionJob(Parents(fault=fault), [ViewJob(children=[children])]), children


def test_children_are_read_of_the_parents_that_pages_bring() -> None:
    messages = run(*parents_and_children())
    assert len(records(messages)) == 4
    done = states(messages, "members")[-1]["states"]
    assert [entry["partition"] for entry in done] == [{"list": "first"}, {"list": "second"}]
    assert statuses(messages, "members")[-1] == "COMPLETE"


def test_children_fail_where_their_parents_could_not_be_listed_to_the_end() -> None:
    messages, _ = failing(sync_plan(*parents_and_children(NO)), r"members: No\.")
    assert statuses(messages, "members")[-1] == "INCOMPLETE"


def test_a_full_refresh_has_a_state_that_only_counts() -> None:
    messages = run(TwoPages(has_cursor=False, ordered=False))
    assert len(records(messages)) == 2
    assert states(messages)[-1] == {"__ab_no_cursor_state_message": True}


def test_every_idle_worker_finds_a_split_at_once() -> None:
    together = threading.Barrier(3)

    class Long(TwoPages):
        def fetch(self, request: PageRequest) -> Page:
            if request.newest_first:
                return Page([], [], [Extract()])
            if request.window.lo == 0 and request.token is None:
                time.sleep(0.1)  # the others have nothing to do, and sleep
                return Page(["1"], [1], [Extract([record(1)])], "second")
            together.wait(0.5)  # less than the longest time that a worker sleeps
            return Page([], [], [Extract()])

    assert statuses(run(Long()), "things")[-1] == "COMPLETE"
    assert not together.broken


def test_a_stream_that_waits_for_quota_says_so_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_TICK", 0.05)
    monkeypatch.setattr(engine, "_LONG_WAIT", 0.3)
    late = TwoPages("late", OpensLater(time.monotonic() + 1.0))
    messages = run(collection_job(late), collection_job(TwoPages()))
    told = [
        message["trace"]["stream_status"]
        for message in messages
        if message["type"] == "TRACE" and message["trace"]["stream_status"].get("reasons")
    ]
    (status,) = told
    assert status["stream_descriptor"]["name"] == "late"
    assert status["status"] == "RUNNING"
    (reason,) = status["reasons"]
    assert reason["type"] == "RATE_LIMITED"
    assert reason["rate_limited"]["quota_reset"] > 1_000 * (time.time() - 60)
