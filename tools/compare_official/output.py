"""What a connector prints, taken apart."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Output:
    """The messages of a run, in their order."""

    code: int
    messages: list[Json]
    errors: str

    @classmethod
    def parse(cls, code: int, stdout: bytes, stderr: bytes) -> "Output":
        """Return what a run printed; what is no message is passed over."""
        lines = [line for line in stdout.splitlines() if line.startswith(b"{")]
        return cls(code, [json.loads(line) for line in lines], stderr.decode(errors="replace"))

    def of_type(self, kind: str) -> list[Json]:
        """Return the messages of one type."""
        return [message for message in self.messages if message["type"] == kind]

    def until_half_of(self, stream: str) -> "Output":
        """Return the messages up to the state that follows half of the records of `stream`."""
        half = len(self.records()[stream]) / 2
        records = 0
        for number, message in enumerate(self.messages):
            if message["type"] == "RECORD":
                records += message["record"]["stream"] == stream
            if message["type"] == "STATE" and records >= half:
                state = message["state"]["stream"]["stream_descriptor"]["name"]
                if state == stream:
                    return Output(self.code, self.messages[: number + 1], self.errors)
        return self

    def records(self) -> dict[str, list[Json]]:
        """Return the records of each stream."""
        found: dict[str, list[Json]] = defaultdict(list)
        for message in self.of_type("RECORD"):
            found[message["record"]["stream"]].append(message["record"]["data"])
        return found

    def last_states(self) -> list[Json]:
        """Return the last state of each stream, as a platform keeps it."""
        kept: dict[str, Json] = {}
        for message in self.of_type("STATE"):
            state = message["state"]
            kept[state["stream"]["stream_descriptor"]["name"]] = {
                "type": "STREAM",
                "stream": state["stream"],
            }
        return list(kept.values())


def configured(streams: Iterable[Json]) -> Json:
    """Return a catalog that selects `streams` as they were discovered."""
    return {
        "streams": [
            {
                "stream": stream,
                "sync_mode": "incremental",
                "destination_sync_mode": "append_dedup",
                "cursor_field": stream.get("default_cursor_field", []),
                "primary_key": stream.get("source_defined_primary_key", []),
            }
            for stream in streams
        ]
    }


def write_json(path: Path, content: object) -> str:
    """Write `content` to a file; return its path."""
    path.write_text(json.dumps(content), encoding="utf-8")
    return str(path)
