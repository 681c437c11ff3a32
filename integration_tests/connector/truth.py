"""What a sandbox holds, and what of it a state claims to have been read."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import inf
from typing import Any

from integration_tests.connector.harness import CURSORS, RESOURCES, Json, Output
from klaviyo_sandbox import Sandbox

Partition = Mapping[str, str | bool]


@dataclass(frozen=True)
class Row:
    """A resource with its cursor in seconds since 1970, and the partition it belongs to."""

    id: str
    second: int
    partition: Partition


def documents(sandbox: Sandbox, kind: str, additional: Iterable[str] = ()) -> dict[str, Json]:
    """Return everything of one type by its id."""
    found = sandbox.documents(kind, additional=additional)
    assert found
    return {str(document["id"]): document for document in found}


def rows(sandbox: Sandbox, stream: str) -> list[Row]:
    """Return what the sandbox holds of a stream with a cursor."""
    channels = _channels(sandbox) if stream == "campaigns" else {}
    return [
        Row(
            row_id,
            second(document["attributes"][CURSORS[stream]]),
            _partition(stream, document["attributes"], channels.get(row_id)),
        )
        for row_id, document in documents(sandbox, RESOURCES[stream]).items()
    ]


def second(text: str) -> int:
    """Return the second since 1970 of a datetime."""
    moment = datetime.fromisoformat(text)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() // 1)


def watermarks(stream: str, state: Json) -> list[int]:
    """Return the watermark of each partition in a state message that has one."""
    cursors = [cursor for _, cursor in _cursors(state)]
    return [second(cursor[CURSORS[stream]]) for cursor in cursors if CURSORS[stream] in cursor]


def claimed(stream: str, state: Json, held: Iterable[Row]) -> set[str]:
    """Return the ids of `held` that a state message says need not be read any more."""
    found: set[str] = set()
    for partition, cursor in _cursors(state):
        windows: list[tuple[float, float]] = [
            (second(lo), second(hi)) for lo, hi in cursor.get("unfinished", {}).get("read", ())
        ]
        if CURSORS[stream] in cursor:
            windows.append((-inf, second(cursor[CURSORS[stream]])))
        found |= {
            row.id
            for row in held
            if row.partition == partition and any(lo <= row.second < hi for lo, hi in windows)
        }
    return found


def assert_complete(
    sandbox: Sandbox, output: Output, streams: Iterable[str] = RESOURCES, *, once: bool = True
) -> None:
    """Show that a sync from the start brought all that the sandbox holds, and nothing twice."""
    for stream in streams:
        held = sandbox.ids(RESOURCES[stream])
        assert held, stream
        assert set(output.ids(stream)) == held, stream
        assert not once or len(output.ids(stream)) == len(held), stream


def _cursors(state: Json) -> list[tuple[Partition, Json]]:
    blob: Json = state["stream"]["stream_state"]
    if "states" not in blob:
        return [({}, blob)]
    return [(entry["partition"], entry["cursor"]) for entry in blob["states"]]


def _partition(stream: str, attributes: Mapping[str, Any], channel: str | None) -> Partition:
    match stream:
        case "campaigns":
            return {"messages.channel": str(channel), "archived": bool(attributes["archived"])}
        case "flows":
            return {"archived": bool(attributes["archived"])}
        case _:
            return {}


def _channels(sandbox: Sandbox) -> dict[str, str]:
    """Return the channel of every campaign, which only its messages tell."""
    return {
        message["relationships"]["campaign"]["data"]["id"]: message["attributes"]["definition"][
            "channel"
        ]
        for message in documents(sandbox, "campaign-message").values()
    }
