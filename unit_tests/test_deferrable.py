"""What is left to the next sync where a day's quota is spent."""

import logging
from dataclasses import dataclass, field
from typing import Any

import pytest
from airbyte_cdk.models import StreamDescriptor

from source_klaviyo.api.partition import Partition
from source_klaviyo.errors import QuotaSpent
from source_klaviyo.protocol import Extract, Page, PageRequest, Window
from source_klaviyo.sync.jobs import CollectionJob, StreamJob, ViewJob
from source_klaviyo.sync.state.checkpoint import Checkpoint, CursorCheckpoint
from source_klaviyo.sync.state.stream_state import CursorState
from unit_tests.fakes import TwoPages, record
from unit_tests.pages import answer, reading, send
from unit_tests.test_engine import records, run, statuses

WINDOWS = [Window(100, 200), Window(300, 400), Window(200, 300)]


@dataclass(eq=False)
class Spent:
    """A quota that grants so many requests, and no more before tomorrow."""

    left: int
    per_minute: int = 60

    def reserve(self) -> float:
        self.left -= 1
        return 0.0 if self.left >= 0 else 40_000.0


@dataclass(slots=True, eq=False)
class WindowedJob(StreamJob):
    """A stream that wants WINDOWS of every partition."""

    def checkpoint(self, partition: Partition) -> Checkpoint:
        del partition
        return Windowed(CursorState(), 100, 0, 1_000)


class Windowed(CursorCheckpoint):
    """Misses WINDOWS."""

    def missing(self) -> list[Window]:
        return WINDOWS


@dataclass(eq=False)
class Computed(TwoPages):
    """A report of one page a window."""

    quota: Any = None
    deferrable: bool = True
    ordered: bool = False
    sortable: bool = False
    asked: list[tuple[Partition, Window]] = field(default_factory=list)
    spent: bool = False

    def fetch(self, request: PageRequest) -> Page:
        self.asked.append((request.partition, request.window))
        if self.spent:
            raise QuotaSpent("The daily quota is used up.", 40_000)
        name = f"{sorted(request.partition.items())}{request.window.lo}"
        return Page([name], [request.window.lo], [Extract([record(name)])])


def job_of(collection: Computed) -> CollectionJob:
    stream = WindowedJob(StreamDescriptor("report"), "date", keeps_state=True, start=100)
    return CollectionJob(collection, [ViewJob(stream)])


def test_the_newest_windows_come_first_in_the_cuts_that_were_asked_for() -> None:
    collection = Computed(quota=Spent(100), partitions=({"metric": "a"}, {"metric": "b"}))
    job = job_of(collection)
    run(job, workers=1)
    assert [(str(part["metric"]), window.lo) for part, window in collection.asked] == [
        ("a", 300),
        ("b", 300),
        ("a", 200),
        ("b", 200),
        ("a", 100),
        ("b", 100),
    ]


@pytest.mark.parametrize("told", [True, False], ids=["by our own count", "by a 429"])
def test_a_spent_day_ends_the_stream_complete(
    caplog: pytest.LogCaptureFixture, *, told: bool
) -> None:
    caplog.set_level(logging.INFO, logger="airbyte")
    collection = Computed(quota=Spent(2 if told else 100), spent=not told)
    job = job_of(collection)
    messages = run(job, workers=1)
    assert statuses(messages, "report")[-1] == "COMPLETE"
    assert len(records(messages)) == (2 if told else 0)
    (line,) = (each for each in caplog.messages if "used up" in each)
    assert "11.1 h" in line


def test_other_collections_wait_and_fail_as_ever() -> None:
    reader = reading(CollectionJob(Computed(quota=Spent(0), deferrable=False), [ViewJob()]))
    assert reader.next_task(0.0) == 40_000.0
    assert not reader.ended()


def test_a_task_that_was_deferred_is_gone() -> None:
    collection = Computed(quota=Spent(1))
    reader = reading(job_of(collection))
    task, request = send(reader)
    assert reader.next_task(0.0) is None
    assert not reader.ended(), "one is still under way"
    answer(reader, task, request, collection.fetch(request))
    assert reader.ended() == [0]
    assert reader.finished
