"""What a read has brought so far, stream by stream."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from source_klaviyo.api.partition import Partition
from source_klaviyo.streams.kinds.base import KlaviyoStream
from tools.demo.messages import Message, Record, StreamState, Trace

_TO_THE_SECOND = len("2026-11-23T15:34:55")


@dataclass(slots=True)
class StreamRead:
    """One stream's share; `began` and `ended` are seconds since 1970."""

    filters: tuple[str, ...]
    """The names of the filters that make the stream's partitions."""
    parent_key: str
    """The key under which a record names its parent, if it has one."""
    records: int = 0
    by_parent: Counter[str] = field(default_factory=Counter)
    """How many records came for each parent."""
    ids: set[str] = field(default_factory=set)
    state: StreamState | None = None
    status: str = ""
    began: float = 0.0
    ended: float = 0.0
    _rows: Counter[tuple[object, ...]] = field(default_factory=Counter)

    @property
    def complete(self) -> bool:
        """Whether the connector has said that nothing is missing."""
        return self.status == "COMPLETE"

    @property
    def seconds(self) -> float:
        """How long it took."""
        return max(0.0, self.ended - self.began)

    def add(self, record: Record) -> None:
        """Count a record."""
        self.records += 1
        if self.parent_key in record.data:
            self.by_parent[str(record.data[self.parent_key])] += 1
        row = str(record.data.get("id"))
        if row not in self.ids:
            self.ids.add(row)
            self._rows[tuple(_value(record.data, name) for name in self.filters)] += 1

    def rows(self, partition: Partition) -> int:
        """Return how many rows of `partition` were read, none of them counted twice."""
        return self._rows[tuple(partition.values())]

    @property
    def watermark(self) -> str:
        """How far it has been read; of several partitions, the one that is furthest behind."""
        if self.state is None:
            return ""
        data = self.state.stream_state
        cursors = [part["cursor"] for part in data.get("states", ())] or [data]
        marks = [mark for cursor in cursors for mark in cursor.values() if isinstance(mark, str)]
        return min(marks)[:_TO_THE_SECOND].replace("T", " ") if marks else "none kept"


@dataclass(slots=True)
class Reading:
    """A whole read."""

    streams: dict[str, StreamRead]

    @classmethod
    def of(cls, declared: Iterable[KlaviyoStream]) -> "Reading":
        """Return the reading of these streams, with nothing read yet."""
        return cls(
            {
                stream.name: StreamRead(tuple(next(iter(stream.partitions), ())), stream.parent_key)
                for stream in declared
            }
        )

    @property
    def records(self) -> int:
        """Records of all streams."""
        return sum(stream.records for stream in self.streams.values())

    @property
    def seconds(self) -> float:
        """From the first stream's start to the last one's end."""
        return max(stream.ended for stream in self.streams.values()) - min(
            stream.began for stream in self.streams.values()
        )

    @property
    def states(self) -> list[dict[str, object]]:
        """The last states, as the next read wants them."""
        return [
            {"type": "STREAM", "stream": msgspec.to_builtins(stream.state)}
            for stream in self.streams.values()
            if stream.state
        ]

    def accept(self, message: Message) -> None:
        """Take note of a message."""
        if message.record:
            self.streams[message.record.stream].add(message.record)
        elif message.state:
            self.streams[message.state.stream.stream_descriptor.name].state = message.state.stream
        elif message.trace:
            self._note(message.trace)

    def _note(self, trace: Trace) -> None:
        if trace.stream_status is None:
            return
        stream = self.streams[trace.stream_status.stream_descriptor.name]
        stream.status = trace.stream_status.status
        stream.ended = trace.emitted_at / 1000
        if stream.status == "STARTED":
            stream.began = stream.ended


def _value(record: Mapping[str, Any], name: str) -> object:
    """Return the value of the filter `name` in a record: `messages.channel` stands as `channel`."""
    attribute = name.rpartition(".")[2]
    return record.get(attribute, record.get("attributes", {}).get(attribute))
