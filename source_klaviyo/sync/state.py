"""A stream's state: read from what the platform kept, written to what it shall keep.

One partition's state is `{"<cursor>": "<watermark>"}`: everything before the watermark has been
read. While a sync is unfinished there is more in it:

    {"updated": "2026-03-01T00:00:00+00:00",
     "unfinished": {"since": "2026-11-23T09:00:00+00:00",
                    "read": [["2026-05-01T…", "2026-06-01T…"]]}}

`read` are the windows that this sync has read besides, `since` is when it began. A stream with
partitions has `{"states": [{"partition": {…}, "cursor": {…}}, …]}`; the watermark alone stands
for all of them.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeGuard

from source_klaviyo.api.document import second
from source_klaviyo.errors import ConfigError
from source_klaviyo.protocol import BEGINNING, Partition, Window

Json = str | int | float | bool | None | Sequence["Json"] | Mapping[str, "Json"]
StreamState = Mapping[str, Json]

_NO_CURSOR = "__ab_no_cursor_state_message"
WHOLE: StreamState = {_NO_CURSOR: True}
"""The state of a stream without a cursor; the platform counts a stream's records by its states."""


@dataclass(frozen=True, slots=True)
class CursorState:
    """How far one partition has been read; times in seconds since 1970."""

    watermark: int | None = None
    since: int | None = None
    read: tuple[Window, ...] = ()


def written(moment: int) -> str:
    """Return a second since 1970 as state holds it."""
    return datetime.fromtimestamp(moment, UTC).isoformat()


def dump_cursor(state: CursorState, cursor: str) -> dict[str, Json]:
    """Return one partition's state as JSON."""
    data: dict[str, Json] = {}
    if state.watermark is not None:
        data[cursor] = written(state.watermark)
    if state.since is not None and state.read:
        data["unfinished"] = {
            "since": written(state.since),
            "read": [[written(window.lo), written(window.hi)] for window in state.read],
        }
    return data


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
        return dump_cursor(states[0][1], cursor)
    return {
        "states": [
            {"partition": dict(partition), "cursor": dump_cursor(state, cursor)}
            for partition, state in states
        ]
    }


def load(stream: str, data: StreamState, cursor: str) -> LoadedState:
    """Return a stream's state from JSON.

    Raises ConfigError, naming `stream`, for anything that `dump` does not write.
    """
    try:
        return _load(data, cursor)
    except ValueError as garbage:
        raise ConfigError(
            f"The state of stream {stream} cannot be used: {garbage}. Clear the stream's state"
            " (in Airbyte: reset the stream) to read it from the start."
        ) from garbage


def _load(data: StreamState, cursor: str) -> LoadedState:
    if not data or _NO_CURSOR in data:
        return LoadedState()
    if "states" not in data:
        return LoadedState(_cursor_state(data, cursor))
    entries = data["states"]
    if not _is_list(entries):
        raise ValueError("`states` is not a list")
    loaded = [_entry(entry, cursor) for entry in entries]
    return LoadedState(
        known={partition_key(partition): (partition, state) for partition, state in loaded}
    )


def _entry(entry: Json, cursor: str) -> tuple[Partition, CursorState]:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("cursor"), Mapping):
        raise ValueError("an entry of `states` has no `cursor`")  # noqa: TRY004
    partition = entry.get("partition")
    if not isinstance(partition, Mapping):
        raise ValueError("an entry of `states` has no `partition`")  # noqa: TRY004
    scalars = {key: value for key, value in partition.items() if isinstance(value, str | bool)}
    return scalars, _cursor_state(entry["cursor"], cursor)


def partition_key(partition: Partition) -> str:
    """Return what tells `partition` from others, in whatever order its filters stand."""
    return repr(sorted(partition.items()))


def _cursor_state(data: Json, cursor: str) -> CursorState:
    if not isinstance(data, Mapping):
        raise ValueError("a cursor is not an object")  # noqa: TRY004  load() catches ValueError
    if strange := sorted(data.keys() - {cursor, "unfinished"}):
        raise ValueError(
            f"it holds {', '.join(strange)} instead of {cursor}; is it another stream's?"
        )
    watermark = _moment(data[cursor]) if cursor in data else None
    unfinished = data.get("unfinished")
    if unfinished is None:
        return CursorState(watermark)
    if not isinstance(unfinished, Mapping) or not _is_list(unfinished.get("read")):
        raise ValueError("`unfinished` has no list `read`")
    return CursorState(
        watermark,
        _moment(unfinished.get("since")),
        tuple(_window(pair) for pair in unfinished["read"]),  # type: ignore[union-attr]
    )


def _window(pair: Json) -> Window:
    if not _is_list(pair) or len(pair) != 2:  # noqa: PLR2004
        raise ValueError("an entry of `read` is not a pair of datetimes")
    lo, hi = pair
    return Window(_moment(lo), _moment(hi))


def _moment(value: Json) -> int:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a datetime")  # noqa: TRY004
    return max(BEGINNING, second(value))


def _is_list(value: Json) -> TypeGuard[Sequence[Json]]:
    return isinstance(value, list | tuple)
