"""A stream's state: what the platform keeps between syncs, and how it is written.

One partition's state is `{"<cursor>": "<watermark>"}`: everything before the watermark has been
read. While a sync is unfinished there is more in it:

    {"updated": "2026-03-01T00:00:00+00:00",
     "unfinished": {"since": "2026-11-23T09:00:00+00:00",
                    "read": [["2026-05-01T…", "2026-06-01T…"]]}}

`read` are the windows that the sync has read besides, `since` is when the sync began; with
`"rows_without_cursor": true` rows without a cursor value are still to be read.

A stream with partitions has `{"states": [{"partition": {…}, "cursor": {…}}, …]}`; a watermark
alone stands for all partitions. Partitions at the same place share an entry where there are many:
`{"partition": {"list_id": ["Abc123", …]}, "cursor": {…}}`.

`"deletes": {…}` is described in deletes.py.

A full refresh adds a name, so that only the next attempt of the same refresh goes on from there:
`"refresh": {"generation_id": 3, "sync_id": 17, "since": "2026-11-23T09:00:00+00:00"}`.

Rows far in the future come with every request without an upper bound. The ids of rows that were
written stand in `"ahead": {"<id>": "<cursor>"}` until their time has come.

`"version": 1` on top tells the state from other connectors' (see foreign_state.py): everything
before a watermark has been read, from the very beginning or from the start date.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeGuard

from source_klaviyo.api.partition import Partition, Scalar, partition_key
from source_klaviyo.errors import ConfigError
from source_klaviyo.protocol import Window

Json = str | int | float | bool | None | Sequence["Json"] | Mapping[str, "Json"]
StreamState = Mapping[str, Json]

_FEW = 20
"""Partitions up to which each has an entry of its own, as other connectors write it."""
VERSION = "version"
DELETES = "deletes"
"""The key of what is known of the rows that were written; see deletes.py."""
REFRESH = "refresh"
"""The key of the full refresh that a state belongs to; what it has read is read anew otherwise."""
PARENT_READ = "parent_read"
"""The key of the moment at which a refresh has read the children of a parent, where those have no
cursor."""
NO_CURSOR = "__ab_no_cursor_state_message"
WHOLE: StreamState = {NO_CURSOR: True}
"""The state of a stream without a cursor; the platform counts a stream's records by its states."""


@dataclass(frozen=True, slots=True)
class CursorState:
    """How far one partition has been read; times in seconds since 1970.

    `ahead` are the ids and cursors of rows far in the future that have been written.
    """

    watermark: int | None = None
    since: int | None = None
    read: tuple[Window, ...] = ()
    rows_without_cursor: bool = False
    ahead: tuple[tuple[str, int], ...] = ()


def written(moment: int) -> str:
    """Return a second since 1970 in the form of a state.

    >>> written(60)
    '1970-01-01T00:01:00+00:00'
    """
    return datetime.fromtimestamp(moment, UTC).isoformat()


def dump_cursor(state: CursorState, cursor: str) -> dict[str, Json]:
    """Return a partition's state as JSON."""
    data: dict[str, Json] = {}
    if state.watermark is not None:
        data[cursor] = written(state.watermark)
    if state.ahead:
        data["ahead"] = {name: written(at) for name, at in state.ahead}
    unfinished: dict[str, Json] = {}
    if state.since is not None and state.read:
        unfinished["since"] = written(state.since)
        unfinished["read"] = [[written(window.lo), written(window.hi)] for window in state.read]
    if state.rows_without_cursor:
        unfinished["rows_without_cursor"] = True
    return {**data, "unfinished": unfinished} if unfinished else data


@dataclass(frozen=True, slots=True)
class LoadedState:
    """A stream's state from before the sync: of `known` partitions, `default` for all others."""

    default: CursorState = CursorState()
    known: Mapping[str, tuple[Partition, CursorState]] = field(default_factory=dict)

    def of(self, partition: Partition) -> CursorState:
        """Return the state of `partition`; an unknown partition is read from the start."""
        return self.known.get(partition_key(partition), (partition, self.default))[1]

    def without(self, partitions: Iterable[Partition]) -> list[tuple[Partition, CursorState]]:
        """Return the states of all known partitions but `partitions`."""
        named = {partition_key(partition) for partition in partitions}
        return [entry for key, entry in self.known.items() if key not in named]


def dump(
    states: Sequence[tuple[Partition, CursorState]], cursor: str, *, always_listed: bool = False
) -> StreamState:
    """Return a stream's state as JSON, from the state of each partition.

    >>> dump([({}, CursorState(60))], "updated")
    {'updated': '1970-01-01T00:01:00+00:00', 'version': 1}
    """
    if len(states) == 1 and not always_listed:
        return {**dump_cursor(states[0][1], cursor), VERSION: 1}
    alone: list[Json] = []
    grouped: dict[tuple[str, CursorState], list[Scalar]] = {}
    for partition, state in states:
        if len(partition) == 1 and len(states) > _FEW:
            ((key, value),) = partition.items()
            grouped.setdefault((key, state), []).append(value)
        else:
            alone.append({"partition": dict(partition), "cursor": dump_cursor(state, cursor)})
    groups: list[Json] = [
        {"partition": {key: values}, "cursor": dump_cursor(state, cursor)}
        for (key, state), values in grouped.items()
    ]
    return {"states": [*groups, *alone], VERSION: 1}


def is_own(data: StreamState) -> bool:
    """Tell whether a state is empty, or written by this connector."""
    return not data or VERSION in data or NO_CURSOR in data


def unusable(stream: str, garbage: ValueError) -> ConfigError:
    """Return the failure of a stream whose state cannot be read because of `garbage`."""
    return ConfigError(
        f"The state of stream {stream} cannot be used: {garbage}. Clear the stream's state"
        " (in Airbyte: clear the stream) to read it from the start."
    )


def is_list(value: Json) -> TypeGuard[Sequence[Json]]:
    """Tell whether a part of a state is a list."""
    return isinstance(value, list | tuple)
