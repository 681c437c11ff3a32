"""A whole sync over a stream made for the purpose: signs of life, fairness, and defects."""

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
from airbyte_cdk.models import FailureType, StreamDescriptor
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_klaviyo.errors import StreamFailed
from source_klaviyo.protocol import Page, Partition, Window
from source_klaviyo.sync import engine, progress
from source_klaviyo.sync.engine import Job
from source_klaviyo.sync.ledger import Ledger
from source_klaviyo.sync.parts import Parts
from source_klaviyo.sync.state import CursorState, LoadedState

BEGAN = 1_000
Message = dict[str, Any]


@dataclass
class Stream:
    """A stream of two pages; the quota grants nothing before `opens_at`."""

    name: str = "things"
    opens_at: float = 0.0
    fault: Exception | None = None
    cursor_attribute: str | None = "updated"
    ordered: bool = True
    newest_first: bool = False
    per_minute: int = 60
    partitions: Sequence[Partition] = ({},)
    roots: Sequence[Partition] = ()
    threads: set[int] = field(default_factory=set)

    def reserve(self, partition: Partition) -> float:
        del partition
        return max(0.0, self.opens_at - time.monotonic())

    def fetch(self, partition: Partition, window: Window, token: str | None, attempt: int) -> Page:
        del partition, window, attempt
        self.threads.add(threading.get_ident())
        if self.fault and token:
            raise self.fault
        record = (memoryview(b'{"id":"%b"' % (token or "first").encode()), b"}")
        return Page([record], [100], None if token else "second")


def job(stream: Stream) -> Job:
    def begin(partition: Partition) -> Ledger:
        del partition
        return Ledger(CursorState(), 0, 0, BEGAN)

    return Job(StreamDescriptor(stream.name), Parts(stream, LoadedState(), begin, keeps_state=True))


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
        messages = run(Stream(opens_at=time.monotonic() + 0.5))
    kinds = [message["type"] for message in messages]
    assert "STATE" in kinds[: kinds.index("RECORD")], "states come while nothing else does"
    told = "\n".join(caplog.messages)
    assert "things: 0 records, 0/s, waits for the quota" in told
    assert "things: 2 records, 2 requests (3 % of its quota), 0 retries, 0 answered 429" in told


def test_a_waiting_stream_does_not_hold_up_another() -> None:
    waiting = Stream("waiting", opens_at=time.monotonic() + 0.5)
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

    class Noted(Stream):
        def reserve(self, partition: Partition) -> float:
            order.append(self.name)
            return super().reserve(partition)

    jobs = [job(Noted("large", per_minute=750)), job(Noted("small", per_minute=150))]
    for _ in engine.run(jobs, 1, lambda: BEGAN - 5):
        pass
    assert order == ["small", "small", "large", "large"]
