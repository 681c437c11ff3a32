"""State that the official connector wrote, read as the seconds that it surely covers.

It has written, over the years:

    {"updated": "2024-05-01T00:00:00+00:00"}
    {"updated_at": "…", "archived": {"updated_at": "…"}}
    {"slices": [{"start": "…", "end": "…", "most_recent_cursor_value": "…"}],
     "state_type": "date-range", "legacy": {…}}
    {"states": [{"partition": {"campaign_type": "sms", "archived": "true"}, "cursor": {…}}],
     "use_global_cursor": false, "state": {…}, "parent_state": {…}, "lookback_window": 7}

A cursor value is that of a row, and other rows of its second may be missing: the second is not
covered. A slice has both of its ends in it, but its filter may leave them out, and rows within the
last second with them: neither second is covered. Nothing is covered before the start date. A cursor
in the future, where rows may lie there, does not tell when it was written: it covers nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from source_klaviyo.api.partition import Partition, Scalar, partition_key
from source_klaviyo.protocol import BEGINNING, Window
from source_klaviyo.sync.ranges import clip, merge
from source_klaviyo.sync.state import CursorState, Json, LoadedState, StreamState, unusable
from source_klaviyo.sync.state_loading import moment, parts

OLDEST_EVENT = 1_325_376_000
"""2012-01-01, before which the official connector reads nothing unless a start date says so."""

_FILTERS = {
    "campaign_type": "messages.channel",
    "metric": "metric_id",
    "event_metric_id": "metric_id",
}
"""What it calls a partition's filters, and what Klaviyo does."""
_TRUTHS = {"true": True, "false": False}
_DEFAULTS: Partition = {"messages.channel": "email", "archived": False}
"""What was read where a state does not say: only email, and nothing that is archived."""
_GLOBAL_CHANNELS = frozenset({"email", "sms"})
"""The channels that one cursor stood for: no revision that it has read had another."""
_KEYS = frozenset({"states", "state", "use_global_cursor", "parent_state", "lookback_window"})
_CURSOR_KEYS = frozenset({"slices", "state_type", "legacy", "archived"})
_PARENT_KEYS = frozenset({"id", "parent_slice"})
_DATE_RANGE = "date-range"
_INTERNAL = "__ab_"


@dataclass(frozen=True, slots=True)
class Reading:
    """How a stream is read now; times in seconds since 1970.

    `start` is the earliest cursor value that it reads, `origin` the earliest that the official
    connector can have read, and `began` when this sync started. `lookback` are the seconds that are
    read again for late rows. `clients_word` tells that the cursor is not Klaviyo's own clock, so
    that rows may lie in the future.
    """

    stream: str
    cursor: str
    partitions: Sequence[Partition]
    start: int = BEGINNING
    origin: int = BEGINNING
    began: int = 0
    lookback: int = 0
    clients_word: bool = False


@dataclass(frozen=True, slots=True)
class _Entry:
    """The windows that are covered of a partition and of all partitions that are part of it."""

    partition: Partition
    windows: Sequence[Window]

    def covers(self, partition: Partition) -> bool:
        """Tell whether all of `partition` is part of this."""
        return {**partition, **self.partition} == partition


def load_foreign(data: StreamState, reading: Reading) -> tuple[LoadedState, list[str]]:
    """Return what a state of the official connector covers, and its keys that nobody knows.

    A partition that it does not have is read from its start. Raises ConfigError for what cannot be
    understood.
    """
    if not data or all(key.startswith(_INTERNAL) for key in data):
        return LoadedState(), []
    try:
        entries = list(_entries(data, reading))
        known = {
            partition_key(partition): (partition, _cursor_state(partition, entries, reading))
            for partition in reading.partitions
        }
    except ValueError as garbage:
        raise unusable(reading.stream, garbage) from garbage
    expected = {reading.cursor} | _KEYS | _CURSOR_KEYS
    return LoadedState(known=known), sorted(data.keys() - expected)


def _cursor_state(partition: Partition, entries: Sequence[_Entry], reading: Reading) -> CursorState:
    windows = [window for entry in entries if entry.covers(partition) for window in entry.windows]
    covered = clip(windows, BEGINNING, reading.began)
    if not covered:
        return CursorState()
    # Their sync did not begin before what it has read, so what it read was at least that old.
    # Rows that came late meanwhile are looked for at once.
    since = covered[-1].hi
    settled = clip(covered, BEGINNING, since - reading.lookback)
    if covered[0].lo > reading.start:
        return CursorState(None, since, tuple(settled), rows_without_cursor=True)
    return CursorState(covered[0].hi, since, tuple(settled[1:]))


def _entries(data: StreamState, reading: Reading) -> Iterator[_Entry]:
    states = data.get("states", ())
    if not isinstance(states, list | tuple):
        raise ValueError("`states` is not a list")  # noqa: TRY004  its caller catches ValueError
    for entry in states:
        partition, cursor = parts(entry)
        yield _Entry(_partition(partition, reading), _covered(cursor, reading))
    if data.get("use_global_cursor") is True or _one_each_parent(states):
        yield from _global_entries(data, reading)
    archived = data.get("archived")
    if archived is not None:
        yield _Entry(_partition({"archived": True}, reading), _covered(archived, reading))
    if "states" not in data and data.get("use_global_cursor") is not True:
        top = {key: data[key] for key in data if key in {reading.cursor, *_CURSOR_KEYS}}
        if archived is None or len(top) > 1:
            yield _Entry(_partition({}, reading), _covered(top or data, reading))


def _one_each_parent(states: Sequence[Json]) -> bool:
    """Tell whether each entry is of one resource of another stream, which are no partitions here.

    The `state` beside them comes of a sync that has read all of those.
    """
    partitions = [parts(entry)[0] for entry in states]
    return bool(states) and all(partition.keys() == _PARENT_KEYS for partition in partitions)


def _global_entries(data: StreamState, reading: Reading) -> Iterator[_Entry]:
    """Yield what one cursor for all partitions covers: those that there have always been.

    It is the latest of all of them; `lookback_window` is how long the sync took, in seconds, in
    which a partition that had been read already may have got rows.
    """
    duration = data.get("lookback_window") or 0
    if not isinstance(duration, int):
        raise ValueError("`lookback_window` is not a number of seconds")  # noqa: TRY004
    latest = _covered(data.get("state") or {}, reading)
    windows = [
        Window(window.lo, window.hi - duration)
        for window in latest
        if window.lo < window.hi - duration
    ]
    for partition in reading.partitions:
        known = partition.keys() <= _DEFAULTS.keys()
        if known and partition.get("messages.channel", "email") in _GLOBAL_CHANNELS:
            yield _Entry(partition, windows)


def _partition(theirs: Mapping[str, Json], reading: Reading) -> Partition:
    """Return a partition as this connector names it, with what it leaves unsaid."""
    filters = {_FILTERS.get(name, name): value for name, value in theirs.items()}
    said: dict[str, Scalar] = {
        name: _TRUTHS.get(value, value) if isinstance(value, str) else value
        for name, value in filters.items()
        if isinstance(value, str | bool)
    }
    ours = {name for partition in reading.partitions for name in partition}
    return {**{name: value for name, value in _DEFAULTS.items() if name in ours}, **said}


def _covered(cursor: Json, reading: Reading) -> list[Window]:
    """Return the windows that one cursor covers."""
    if not isinstance(cursor, Mapping):
        raise ValueError("a cursor is not an object")  # noqa: TRY004
    if cursor and not cursor.keys() & {reading.cursor, "slices", "legacy"}:
        raise ValueError(
            f"it holds {', '.join(sorted(cursor))} instead of {reading.cursor};"
            " is it another stream's?"
        )
    windows = [*_slices(cursor)]
    legacy = cursor.get("legacy")
    for each in (cursor, legacy if isinstance(legacy, Mapping) else {}):
        if reading.cursor in each:
            reached = moment(each[reading.cursor])
            # What was read of a time that has not come yet says nothing of what came since.
            known = not reading.clients_word or reached <= reading.began
            if known and reading.origin < reached:
                windows.append(Window(reading.origin, reached))
    return merge(windows)


def _slices(cursor: Mapping[str, Json]) -> Iterator[Window]:
    slices = cursor.get("slices", ())
    if not isinstance(slices, list | tuple):
        raise ValueError("`slices` is not a list")  # noqa: TRY004
    if slices and cursor.get("state_type", _DATE_RANGE) != _DATE_RANGE:
        raise ValueError(f"`state_type` is not {_DATE_RANGE}")
    for each in slices:
        if not isinstance(each, Mapping) or not {"start", "end"} <= each.keys():
            raise ValueError("an entry of `slices` has no `start` and `end`")
        after, end = moment(each["start"]) + 1, moment(each["end"])
        if after < end:
            yield Window(after, end)
