"""A stream's state: read from what the platform kept, written to what it shall keep.

One partition's state is `{"<cursor>": "<watermark>"}`: everything before the watermark has been
read. While a sync is unfinished there is more in it:

    {"updated": "2026-03-01T00:00:00+00:00",
     "unfinished": {"since": "2026-11-23T09:00:00+00:00",
                    "read": [["2026-05-01T…", "2026-06-01T…"]]}}

`read` are the windows that this sync has read besides, `since` is when it began; with
`"rows_without_cursor": true` rows that have no cursor value are still to be read.

A stream with partitions has `{"states": [{"partition": {…}, "cursor": {…}}, …]}`; the watermark
alone stands for all of them. Where many partitions stand at the same place, one entry is for all:
`{"partition": {"list_id": ["Abc123", …]}, "cursor": {…}}`.

What deletes are found by stands in `"deletes": {…}`, see deletes.py.

A full refresh names itself besides, so that only its next attempt goes on from there:
`"refresh": {"generation_id": 3, "sync_id": 17, "since": "2026-11-23T09:00:00+00:00"}`.

Rows far in the future come with every request that has no upper bound. The ids of those that were
written stand in `"ahead": {"<id>": "<cursor>"}` until their time has come.

`"version": 1` on top tells it from what other connectors wrote (see foreign_state.py): what stands
before a watermark has been read from its very beginning, or from the start date where that counts.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeGuard

from source_klaviyo.api.document import second
from source_klaviyo.api.partition import Partition, Scalar, partition_key
from source_klaviyo.errors import ConfigError
from source_klaviyo.protocol import BEGINNING, Window

logger = logging.getLogger("airbyte")

Json = str | int | float | bool | None | Sequence["Json"] | Mapping[str, "Json"]
StreamState = Mapping[str, Json]

_FEW = 20
"""Partitions up to which each has an entry of its own, as other connectors write it."""
_VERSION = "version"
DELETES = "deletes"
"""The key of what is known of the rows that were written; see deletes.py."""
REFRESH = "refresh"
"""The key of the full refresh that a state belongs to; what it has read is read anew otherwise."""
PARENT_READ = "parent_read"
"""The key of the moment at which a refresh has read the children of a parent, where those have no
cursor."""
_CURSORS_WITHIN = frozenset({"archived", "legacy", "state"})
"""Members of other connectors' states that hold cursors."""
_NO_CURSOR = "__ab_no_cursor_state_message"
WHOLE: StreamState = {_NO_CURSOR: True}
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
    """Return a second since 1970 as state holds it."""
    return datetime.fromtimestamp(moment, UTC).isoformat()


def dump_cursor(state: CursorState, cursor: str) -> dict[str, Json]:
    """Return one partition's state as JSON."""
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
    """A stream's state as it was kept: of the `known` partitions, and of any other one."""

    default: CursorState = CursorState()
    known: Mapping[str, tuple[Partition, CursorState]] = field(default_factory=dict)

    def of(self, partition: Partition) -> CursorState:
        """Return the state of `partition`; one that is not known is read from its start."""
        return self.known.get(partition_key(partition), (partition, self.default))[1]

    def without(self, partitions: Iterable[Partition]) -> list[tuple[Partition, CursorState]]:
        """Return what is known of other partitions than `partitions`."""
        named = {partition_key(partition) for partition in partitions}
        return [entry for key, entry in self.known.items() if key not in named]


def dump(
    states: Sequence[tuple[Partition, CursorState]], cursor: str, *, always_listed: bool = False
) -> StreamState:
    """Return a stream's state as JSON, from the state of each of its partitions."""
    if len(states) == 1 and not always_listed:
        return {**dump_cursor(states[0][1], cursor), _VERSION: 1}
    alone: list[Json] = []
    grouped: dict[tuple[str, CursorState], list[Scalar]] = {}
    for partition, state in states:
        if len(partition) == 1 and len(states) > _FEW and not state.read:
            ((key, value),) = partition.items()
            grouped.setdefault((key, state), []).append(value)
        else:
            alone.append({"partition": dict(partition), "cursor": dump_cursor(state, cursor)})
    groups: list[Json] = [
        {"partition": {key: values}, "cursor": dump_cursor(state, cursor)}
        for (key, state), values in grouped.items()
    ]
    return {"states": [*groups, *alone], _VERSION: 1}


def is_own(data: StreamState) -> bool:
    """Tell whether this connector wrote a state, or it is none at all."""
    return not data or _VERSION in data or _NO_CURSOR in data


def without_blanks(stream: str, data: StreamState) -> StreamState:
    """Return a state without cursors that are null or empty: they cover nothing."""
    found = _without_blanks(data)
    if found != data:
        logger.warning(
            "%s: a cursor in its state has no value. What belongs to that is read from the start.",
            stream,
        )
    return found


def _without_blanks(data: StreamState) -> StreamState:
    found = {key: value for key, value in data.items() if value is not None and value != ""}
    for key in _CURSORS_WITHIN & found.keys():
        if isinstance(within := found[key], Mapping):
            found[key] = _without_blanks(within)
    if is_list(entries := found.get("states")):
        found["states"] = [_entry_without_blanks(entry) for entry in entries]
    return found


def _entry_without_blanks(entry: Json) -> Json:
    if not isinstance(entry, Mapping) or "cursor" not in entry:
        return entry
    cursor = entry["cursor"]
    if cursor is None or isinstance(cursor, Mapping):
        return {**entry, "cursor": _without_blanks(cursor or {})}
    return entry


def unusable(stream: str, garbage: ValueError) -> ConfigError:
    """Return the failure of a stream whose state is `garbage`."""
    return ConfigError(
        f"The state of stream {stream} cannot be used: {garbage}. Clear the stream's state"
        " (in Airbyte: reset the stream) to read it from the start."
    )


def load(stream: str, data: StreamState, cursor: str) -> LoadedState:
    """Return a stream's state from JSON.

    Raises ConfigError, naming `stream`, for anything that `dump` does not write.
    """
    try:
        return _load(data, cursor)
    except ValueError as garbage:
        raise unusable(stream, garbage) from garbage


def of_refresh(data: StreamState, generation_id: int, sync_id: int) -> int | None:
    """Return when the refresh with these ids began that a state belongs to, None where it does not.

    The moment is in seconds since 1970. Raises ValueError for a moment that is none.
    """
    found = data.get(REFRESH)
    if not isinstance(found, Mapping):
        return None
    ids = found.get("generation_id"), found.get("sync_id")
    return _moment(found.get("since")) if ids == (generation_id, sync_id) else None


def without_refresh(data: StreamState) -> StreamState:
    """Return a state as an incremental stream has it."""
    return {key: value for key, value in data.items() if key != REFRESH}


def _load(data: StreamState, cursor: str) -> LoadedState:
    if not data or _NO_CURSOR in data or REFRESH in data:
        return LoadedState()
    if "states" not in data:
        return LoadedState(_cursor_state(data, cursor))
    entries = data["states"]
    if not is_list(entries):
        raise ValueError("`states` is not a list")
    loaded = [each for entry in entries for each in _entries(entry, cursor)]
    return LoadedState(
        known={partition_key(partition): (partition, state) for partition, state in loaded}
    )


def _entries(entry: Json, cursor: str) -> list[tuple[Partition, CursorState]]:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("cursor"), Mapping):
        raise ValueError("an entry of `states` has no `cursor`")  # noqa: TRY004
    partition = entry.get("partition")
    if not isinstance(partition, Mapping):
        raise ValueError("an entry of `states` has no `partition`")  # noqa: TRY004
    state = _cursor_state(entry["cursor"], cursor)
    scalars = {key: value for key, value in partition.items() if isinstance(value, str | bool)}
    listed = {key: value for key, value in partition.items() if is_list(value)}
    if not listed:
        return [(scalars, state)]
    ((key, values),) = listed.items()
    return [({**scalars, key: value}, state) for value in values if isinstance(value, str | bool)]


def _cursor_state(data: Json, cursor: str) -> CursorState:
    if not isinstance(data, Mapping):
        raise ValueError("a cursor is not an object")  # noqa: TRY004  load() catches ValueError
    if strange := sorted(data.keys() - {cursor, "ahead", "unfinished", _VERSION, DELETES}):
        raise ValueError(
            f"it holds {', '.join(strange)} instead of {cursor}; is it another stream's?"
        )
    watermark = _moment(data[cursor]) if cursor in data else None
    ahead, unfinished = _ahead(data.get("ahead", {})), data.get("unfinished")
    if unfinished is None:
        return CursorState(watermark, ahead=ahead)
    if not isinstance(unfinished, Mapping):
        raise ValueError("`unfinished` is not an object")  # noqa: TRY004
    read = unfinished.get("read", ())
    if not is_list(read) or (read and "since" not in unfinished):
        raise ValueError("`unfinished` has no list `read`, or not since when")
    return CursorState(
        watermark,
        _moment(unfinished["since"]) if "since" in unfinished else None,
        tuple(_window(pair) for pair in read),
        rows_without_cursor=unfinished.get("rows_without_cursor") is True,
        ahead=ahead,
    )


def _ahead(rows: Json) -> tuple[tuple[str, int], ...]:
    if not isinstance(rows, Mapping):
        raise ValueError("`ahead` is not an object")  # noqa: TRY004  load() catches ValueError
    return tuple((name, _moment(at)) for name, at in rows.items())


def _window(pair: Json) -> Window:
    if not is_list(pair) or len(pair) != 2:  # noqa: PLR2004
        raise ValueError("an entry of `read` is not a pair of datetimes")
    lo, hi = pair
    return Window(_moment(lo), _moment(hi))


def _moment(value: Json) -> int:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a datetime")  # noqa: TRY004
    return max(BEGINNING, second(value))


def is_list(value: Json) -> TypeGuard[Sequence[Json]]:
    """Tell whether a part of a state is a list."""
    return isinstance(value, list | tuple)
