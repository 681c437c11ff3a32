"""State that the official connector wrote, read as the seconds that it surely covers.

The official connector has written, over the years:

    {"updated": "2024-05-01T00:00:00+00:00"}
    {"updated_at": "…", "archived": {"updated_at": "…"}}
    {"slices": [{"start": "…", "end": "…", "most_recent_cursor_value": "…"}],
     "state_type": "date-range", "legacy": {…}}
    {"states": [{"partition": {"campaign_type": "sms", "archived": "true"}, "cursor": {…}}],
     "use_global_cursor": false, "state": {…}, "parent_state": {…}, "lookback_window": 7}

A cursor value is a row's, and other rows of its second may be missing: the second is not covered. A
slice includes both of its ends, but its filter may leave them out, and rows within the last second
with them: neither second is covered. Nothing is covered before the start date. A cursor in the
future, in a stream whose rows may lie there, does not show when it was written: it covers nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from source_klaviyo.api.partition import Partition, Scalar, partition_key
from source_klaviyo.protocol import BEGINNING, Window
from source_klaviyo.sync.state.loading import moment, parts
from source_klaviyo.sync.state.ranges import clip, merge
from source_klaviyo.sync.state.stream_state import (
    CursorState,
    Json,
    LoadedState,
    StreamState,
    unusable,
)

OLDEST_EVENT = 1_325_376_000
"""2012-01-01, the official connector's first day without a start date."""

_FILTERS = {
    "campaign_type": "messages.channel",
    "metric": "metric_id",
    "event_metric_id": "metric_id",
}
"""The official connector's names of a partition's filters, and Klaviyo's."""
_TRUTHS = {"true": True, "false": False}
_DEFAULTS: Partition = {"messages.channel": "email", "archived": False}
"""The filters of a state without filters: only email, and nothing archived."""
_GLOBAL_CHANNELS = frozenset({"email", "sms"})
"""The channels of a global cursor: no revision of the official connector had another."""
_KEYS = frozenset({"states", "state", "use_global_cursor", "parent_state", "lookback_window"})
_CURSOR_KEYS = frozenset({"slices", "state_type", "legacy", "archived"})
_PARENT_KEYS = frozenset({"id", "parent_slice"})
_DATE_RANGE = "date-range"
_INTERNAL = "__ab_"


@dataclass(frozen=True, slots=True)
class Reading:
    """The present way of reading a stream; times in seconds since 1970.

    `start` is the earliest cursor value to read, `origin` the earliest that the official connector
    can have read, and `began` this sync's start. `lookback` are the seconds to read again for late
    rows. `clients_word` means that the cursor is not Klaviyo's own clock, so that rows may lie in
    the future.
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
    """The windows that are covered of a partition and of all partitions within it."""

    partition: Partition
    windows: Sequence[Window]

    def covers(self, partition: Partition) -> bool:
        """Whether all of `partition` is part of this entry's partition."""
        return {**partition, **self.partition} == partition


def load_foreign(data: StreamState, reading: Reading) -> tuple[LoadedState, list[str]]:
    """Return the coverage of a state of the official connector, and its unknown keys.

    A partition that the state lacks is read from its start. Raises ConfigError for an unreadable
    state.

    >>> reading = Reading("lists", "updated", [{}], began=1_800_000_000)
    >>> loaded, unknown = load_foreign({"updated": "2024-05-01T00:00:00+00:00"}, reading)
    >>> loaded.of({}).watermark, unknown
    (1714521600, [])
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
    # The other connector's sync began after the rows that it read. Rows that have come late since
    # are looked for at once.
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
    """Whether each entry is of a single parent resource, which is no partition here.

    The `state` beside the entries comes of a sync that has read all parents.
    """
    partitions = [parts(entry)[0] for entry in states]
    return bool(states) and all(partition.keys() == _PARENT_KEYS for partition in partitions)


def _global_entries(data: StreamState, reading: Reading) -> Iterator[_Entry]:
    """Yield the coverage of a global cursor, for partitions that have always existed.

    The cursor is the latest of all partitions; `lookback_window` is the duration of the sync in
    seconds, during which a partition that had been read already may have got rows.
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
    """Return a partition in this connector's names, with the official connector's defaults."""
    filters = {_FILTERS.get(name, name): value for name, value in theirs.items()}
    said: dict[str, Scalar] = {
        name: _TRUTHS.get(value, value) if isinstance(value, str) else value
        for name, value in filters.items()
        if isinstance(value, str | bool)
    }
    ours = {name for partition in reading.partitions for name in partition}
    return {**{name: value for name, value in _DEFAULTS.items() if name in ours}, **said}


def _covered(cursor: Json, reading: Reading) -> list[Window]:
    """Return the windows that a cursor covers."""
    if not isinstance(cursor, Mapping):
        raise ValueError("a cursor is not an object")  # noqa: TRY004
    if cursor and not cursor.keys() & {reading.cursor, "slices", "legacy"}:
        raise ValueError(
            f"it holds {', '.join(sorted(cursor))} instead of {reading.cursor};"
            " it may be another stream's"
        )
    windows = [*_slices(cursor)]
    legacy = cursor.get("legacy")
    for each in (cursor, legacy if isinstance(legacy, Mapping) else {}):
        if reading.cursor in each:
            reached = moment(each[reading.cursor])
            # A cursor in the future says nothing about rows that came since.
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
