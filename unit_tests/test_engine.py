"""A whole sync over a stream made for the purpose: signs of life, fairness, and defects."""

import logging
import threading
import time
from dataclasses import dataclass, field, replace
from typing import Any

import orjson
import pytest
from airbyte_cdk.models import FailureType, StreamDescriptor
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_klaviyo.errors import StreamFailed
from source_klaviyo.protocol import Page, Partition, Quota, Window
from source_klaviyo.sync import engine, progress
from source_klaviyo.sync.engine import Job
from unit_tests.fakes import OpensLater, Stream, parts

BEGAN = 1_000
Message = dict[str, Any]


@dataclass
class Listed(Stream):
    """A stream of two pages with two items each; items have a quota of their own."""

    ordered: bool = False
    grants_items: OpensLater = field(default_factory=OpensLater)

    def quota(self, partition: Partition, token: str | None) -> Quota:
        del partition
        return self.grants_items if token and token.startswith("item") else self.grants

    def fetch(self, partition: Partition, window: Window, token: str | None, attempt: int) -> Page:
        del partition, window, attempt
        if token and token.startswith("item"):
            if self.fault and token == "item 2b":
                raise self.fault
            return Page([(memoryview(b'{"id":"%b"' % token.encode()), b"}")], [None], None)
        number = 2 if token else 1
        items = [f"item {number}a", f"item {number}b"]
        return Page([], [], None if token else "second", parts=items)


def job(stream: Stream) -> Job:
    return Job(StreamDescriptor(stream.name), parts(stream, BEGAN))


def run(*streams: Stream, into: list[Message] | None = None) -> list[Message]:
    """Return the messages of a sync; those before a failure are in `into`."""
    messages = [] if into is None else into
    for chunk in engine.run([job(stream) for stream in streams], 3, lambda: BEGAN - 5):
        messages += [orjson.loads(line) for line in chunk.splitlines()]
    return messages


def test_a_waiting_stream_gives_signs_of_life(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(engine, "_TICK", 0.02)
    monkeypatch.setattr(engine, "_LONGEST_SILENCE", 0.05)
    monkeypatch.setattr(progress, "_INTERVAL", 0.05)
    with caplog.at_level(logging.INFO, "airbyte"):
        messages = run(Stream(grants=OpensLater(time.monotonic() + 0.5)))
    kinds = [message["type"] for message in messages]
    assert "STATE" in kinds[: kinds.index("RECORD")], "states come while nothing else does"
    told = "\n".join(caplog.messages)
    assert "things: 0 records, 0/s, waits for the quota" in told
    assert "things: 2 records, 2 requests (3 % of its quota), 0 retries, 0 answered 429" in told


def test_a_waiting_stream_does_not_hold_up_another() -> None:
    waiting = Stream("waiting", OpensLater(time.monotonic() + 0.5))
    messages = run(waiting, Stream("quick"))
    records = [message["record"] for message in messages if message["type"] == "RECORD"]
    assert [record["stream"] for record in records] == ["quick", "quick", "waiting", "waiting"]


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (StreamFailed("Try later.", FailureType.transient_error), "transient_error", "Try later."),
        (ZeroDivisionError("oops"), "system_error", "a defect of the connector"),
    ],
)
def test_what_ends_a_stream_leaves_the_other_whole(fault: Exception, kind: str, words: str) -> None:
    messages: list[Message] = []
    with pytest.raises(AirbyteTracedException) as combined:
        run(Stream("broken", fault=fault), Stream("sound"), into=messages)
    records = [message["record"] for message in messages if message["type"] == "RECORD"]
    assert sorted(record["stream"] for record in records) == ["broken", "sound", "sound"]
    assert "broken" in str(combined.value.message)
    assert combined.value.failure_type is not None
    assert combined.value.failure_type.value == kind
    assert words in str(combined.value.message)


def test_records_of_a_failing_stream_and_its_state_are_kept() -> None:
    failing = Stream(fault=StreamFailed("No.", FailureType.system_error))
    messages: list[Message] = []
    with pytest.raises(AirbyteTracedException):
        run(failing, into=messages)
    assert [message["type"] for message in messages].count("RECORD") == 1
    states = [message["state"] for message in messages if message["type"] == "STATE"]
    assert states[-1]["stream"]["stream_state"] == {"updated": "1970-01-01T00:01:40+00:00"}
    traces = [message["trace"] for message in messages if message["type"] == "TRACE"]
    assert traces[-1]["stream_status"]["status"] == "INCOMPLETE"


def test_the_smallest_quota_is_served_first() -> None:
    order: list[str] = []
    large = Stream("large", OpensLater(per_minute=750, name="large", asked=order))
    small = Stream("small", OpensLater(per_minute=150, name="small", asked=order))
    for _ in engine.run([job(large), job(small)], 1, lambda: BEGAN - 5):
        pass
    assert order == ["small", "small", "large", "large"]


def test_items_wait_for_their_quota_without_a_worker() -> None:
    stream = Listed("listed", grants_items=OpensLater(time.monotonic() + 0.5))
    messages = run(stream, *(Stream(f"quick {number}") for number in range(4)))
    records = [message["record"] for message in messages if message["type"] == "RECORD"]
    assert [record["stream"] for record in records][-4:] == ["listed"] * 4
    assert len(records) == 12


def test_a_listing_counts_as_read_only_with_all_of_its_items() -> None:
    messages = run(Listed("listed"))
    kinds = [message["type"] for message in messages if message["type"] in ("RECORD", "STATE")]
    assert kinds.count("RECORD") == 4
    states = [message["state"] for message in messages if message["type"] == "STATE"]
    assert states[-1]["stream"]["stream_state"] == {"updated": "1970-01-01T00:16:35+00:00"}
    failing = Listed("listed", fault=StreamFailed("No.", FailureType.system_error))
    kept: list[Message] = []
    with pytest.raises(AirbyteTracedException):
        run(failing, into=kept)
    states = [message["state"] for message in kept if message["type"] == "STATE"]
    assert states[-1]["stream"]["stream_state"] == {}


def test_a_stream_that_has_failed_begins_nothing_new() -> None:
    asked: list[str] = []

    class Failing(Listed):
        def fetch(
            self, partition: Partition, window: Window, token: str | None, attempt: int
        ) -> Page:
            asked.append(token or "listing")
            if token == "item 1a":
                raise StreamFailed("No.", FailureType.system_error)
            if token == "second":
                time.sleep(0.2)  # it comes when the stream has failed already
            return super().fetch(partition, window, token, attempt)

    with pytest.raises(AirbyteTracedException):
        run(Failing("listed"))
    assert "second" in asked
    assert not {"item 2a", "item 2b"} & {*asked}


def test_a_spent_quota_holds_up_only_the_parts_that_draw_on_it() -> None:
    class United(Stream):
        def quota(self, partition: Partition, token: str | None) -> Quota:
            del token
            return late if partition["of"] == "late" else soon

        def fetch(
            self, partition: Partition, window: Window, token: str | None, attempt: int
        ) -> Page:
            page = super().fetch(partition, window, token, attempt)
            return replace(page, records=[(memoryview(b'{"id":"%b"' % self._of(partition)), b"}")])

        @staticmethod
        def _of(partition: Partition) -> bytes:
            return str(partition["of"]).encode()

    late, soon = OpensLater(time.monotonic() + 0.3), OpensLater()
    messages = run(United("united", partitions=({"of": "late"}, {"of": "soon"})))
    ids = [message["record"]["data"]["id"] for message in messages if message["type"] == "RECORD"]
    assert ids == ["soon", "soon", "late", "late"]


def test_every_idle_worker_finds_a_cut_at_once() -> None:
    together = threading.Barrier(3)

    class Long(Stream):
        def fetch(
            self, partition: Partition, window: Window, token: str | None, attempt: int
        ) -> Page:
            del partition, attempt
            if window.lo == 0 and token is None:
                time.sleep(0.1)  # the others have nothing to do, and sleep
                return Page([(memoryview(b'{"id":"1"'), b"}")], [1], "second")
            together.wait(0.5)  # less than the longest time that a worker sleeps
            return Page([], [], None)

    assert run(Long())[-1]["trace"]["stream_status"]["status"] == "COMPLETE"
    assert not together.broken
