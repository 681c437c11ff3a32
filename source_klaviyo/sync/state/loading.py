"""A stream's state, read from what the platform kept; state.py shows the form."""

import logging
from collections.abc import Mapping

from source_klaviyo.api.documents.document import second_or_none
from source_klaviyo.api.partition import Partition, partition_key
from source_klaviyo.protocol import BEGINNING, Window
from source_klaviyo.sync.state.stream_state import (
    DELETES,
    NO_CURSOR,
    REFRESH,
    VERSION,
    CursorState,
    Json,
    LoadedState,
    StreamState,
    is_list,
    unusable,
)

logger = logging.getLogger("airbyte")

_CURSORS_WITHIN = frozenset({"archived", "legacy", "state"})
"""Members of other connectors' states that hold cursors."""


def load(stream: str, data: StreamState, cursor: str) -> LoadedState:
    """Return a stream's state from JSON.

    Raises ConfigError, naming `stream`, for anything but the form in state.py.
    """
    try:
        return _load(data, cursor)
    except ValueError as garbage:
        raise unusable(stream, garbage) from garbage


def of_refresh(data: StreamState, generation_id: int, sync_id: int) -> int | None:
    """Return when the full refresh with these ids began, None for a state of another refresh.

    The moment is in seconds since 1970. Raises ValueError for anything but a datetime.
    """
    found = data.get(REFRESH)
    if not isinstance(found, Mapping):
        return None
    ids = found.get("generation_id"), found.get("sync_id")
    return moment(found.get("since")) if ids == (generation_id, sync_id) else None


def without_refresh(data: StreamState) -> StreamState:
    """Return a state without the name of a full refresh."""
    return {key: value for key, value in data.items() if key != REFRESH}


def _load(data: StreamState, cursor: str) -> LoadedState:
    if not data or NO_CURSOR in data or REFRESH in data:
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


def parts(entry: Json) -> tuple[Mapping[str, Json], Mapping[str, Json]]:
    """Return the partition and the cursor of an entry of `states`, as they stand there.

    Raises ValueError for an entry without them.
    """
    if not isinstance(entry, Mapping) or not isinstance(cursor := entry.get("cursor"), Mapping):
        raise ValueError("an entry of `states` has no `cursor`")  # noqa: TRY004
    if not isinstance(partition := entry.get("partition"), Mapping):
        raise ValueError("an entry of `states` has no `partition`")  # noqa: TRY004
    return partition, cursor


def moment(value: Json) -> int:
    """Return a datetime of a state in seconds since 1970. Raises ValueError for anything else.

    >>> moment("1970-01-01T00:01:00+00:00")
    60
    """
    at = second_or_none(value) if isinstance(value, str) else None
    if at is None:
        raise ValueError(f"{value!r} is not a datetime")
    return max(BEGINNING, at)


def _entries(entry: Json, cursor: str) -> list[tuple[Partition, CursorState]]:
    partition, kept = parts(entry)
    state = _cursor_state(kept, cursor)
    scalars = {key: value for key, value in partition.items() if isinstance(value, str | bool)}
    listed = {key: value for key, value in partition.items() if is_list(value)}
    if not listed:
        return [(scalars, state)]
    ((key, values),) = listed.items()
    return [({**scalars, key: value}, state) for value in values if isinstance(value, str | bool)]


def _cursor_state(data: Mapping[str, Json], cursor: str) -> CursorState:
    if strange := sorted(data.keys() - {cursor, "ahead", "unfinished", VERSION, DELETES}):
        raise ValueError(
            f"it holds {', '.join(strange)} instead of {cursor}; it may be another stream's"
        )
    watermark = moment(data[cursor]) if cursor in data else None
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
        moment(unfinished["since"]) if "since" in unfinished else None,
        tuple(_window(pair) for pair in read),
        rows_without_cursor=unfinished.get("rows_without_cursor") is True,
        ahead=ahead,
    )


def _ahead(rows: Json) -> tuple[tuple[str, int], ...]:
    if not isinstance(rows, Mapping):
        raise ValueError("`ahead` is not an object")  # noqa: TRY004  load() catches ValueError
    return tuple((name, moment(at)) for name, at in rows.items())


def _window(pair: Json) -> Window:
    if not is_list(pair) or len(pair) != 2:  # noqa: PLR2004
        raise ValueError("an entry of `read` is not a pair of datetimes")
    lo, hi = pair
    return Window(moment(lo), moment(hi))


def without_blanks(stream: str, data: StreamState) -> StreamState:
    """Return a state without null and empty cursors, and warn of them: they cover nothing."""
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
