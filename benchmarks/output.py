"""Takes apart what the connector has printed."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

_RECORD = b'{"type":"RECORD","record":{"stream":"'


@dataclass(slots=True)
class Output:
    """What a sync brought: records per stream, the last state of each, and its texts.

    `record_bytes` are those of all records, `state_bytes` those of each state, as printed.
    """

    records: Counter[str] = field(default_factory=Counter)
    states: dict[str, dict[str, Any]] = field(default_factory=dict)
    logs: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    record_bytes: int = 0
    state_bytes: list[int] = field(default_factory=list)

    def take(self, message: dict[str, Any]) -> None:
        """Take note of a message that is no record."""
        match message:
            case {"type": "STATE", "state": state}:
                self.states[state["stream"]["stream_descriptor"]["name"]] = state
            case {"type": "LOG", "log": {"message": str(text)}}:
                self.logs.append(text)
            case {"type": "TRACE", "trace": {"type": "ERROR", "error": {"message": str(text)}}}:
                self.failures.append(text)


def read(path: Path) -> Output:
    """Return what the file `path` holds."""
    output = Output()
    with path.open("rb") as lines:
        for line in lines:
            if line.startswith(_RECORD):
                output.records[_stream(line)] += 1
                output.record_bytes += len(line)
                continue
            message = orjson.loads(line)
            output.take(message)
            if message["type"] == "STATE":
                output.state_bytes.append(len(line))
    return output


def ids(path: Path) -> Iterator[tuple[str, str]]:
    """Yield stream and id of every record in the file `path`."""
    with path.open("rb") as lines:
        for line in lines:
            if line.startswith(_RECORD):
                yield _stream(line), orjson.loads(line)["record"]["data"]["id"]


def _stream(line: bytes) -> str:
    return line[len(_RECORD) : line.index(b'"', len(_RECORD))].decode()
