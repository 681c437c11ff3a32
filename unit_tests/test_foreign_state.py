"""The official connector's state: every form that it wrote covers what it surely read, no more."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_klaviyo.api.partition import Partition
from source_klaviyo.errors import ConfigError
from source_klaviyo.protocol import BEGINNING, Window
from source_klaviyo.sync.state.checkpoint import CursorCheckpoint
from source_klaviyo.sync.state.foreign import Reading, load_foreign
from source_klaviyo.sync.state.stream_state import CursorState, Json, StreamState, is_own, written

MAY_2024 = 1_714_521_600
JUNE_2024 = 1_717_200_000
NOW = 1_790_000_000
ALL: tuple[Partition, ...] = ({},)
ARCHIVED: tuple[Partition, ...] = ({"archived": False}, {"archived": True})
CAMPAIGNS: tuple[Partition, ...] = tuple(
    {"messages.channel": channel, "archived": archived}
    for channel, archived in product(("email", "sms", "mobile_push"), (False, True))
)
METRICS: tuple[Partition, ...] = ({"metric_id": "Abc123"}, {"metric_id": "Def456"})


def covered(
    state: StreamState,
    partitions: tuple[Partition, ...] = ALL,
    cursor: str = "updated",
    origin: int = BEGINNING,
    start: int = BEGINNING,
) -> list[list[Window]]:
    """Return, for each partition, the windows that need not be read again."""
    reading = Reading("profiles", cursor, partitions, start, origin, NOW)
    loaded, unknown = load_foreign(state, reading)
    assert unknown == []
    found = []
    for partition in partitions:
        known = loaded.of(partition)
        first = [] if known.watermark is None else [Window(start, known.watermark)]
        found.append([*first, *known.read])
    return found


def date_range(*slices: tuple[str, str], **more: Json) -> StreamState:
    found = [{"start": lo, "end": hi, "most_recent_cursor_value": lo} for lo, hi in slices]
    return {"slices": found, "state_type": "date-range", "legacy": {}, **more}


BEFORE_MAY = [Window(0, MAY_2024)]
BEFORE_JUNE = [Window(0, JUNE_2024)]
MAY_ISLAND = [Window(MAY_2024 + 1, JUNE_2024)]


@pytest.mark.parametrize(
    "text",
    [
        "2024-05-01T00:00:00+00:00",
        "2024-05-01T00:00:00+0000",
        "2024-05-01T00:00:00Z",
        "2024-05-01 00:00:00+00:00",
        "2024-05-01T00:00:00.999999+00:00",
        "2024-05-01T02:00:00+02:00",
    ],
)
def test_a_cursor_covers_what_lies_before_its_second(text: str) -> None:
    assert covered({"updated": text}) == [BEFORE_MAY]


def test_nothing_is_covered_before_the_start_date_of_the_other_connector() -> None:
    (windows,) = covered({"updated": "2024-06-01T00:00:00+00:00"}, origin=MAY_2024)
    assert windows == [Window(MAY_2024, JUNE_2024)]
    assert covered({"updated": "2024-05-01T00:00:00+00:00"}, origin=JUNE_2024) == [[]]


def test_an_archived_cursor_covers_the_archived_alone() -> None:
    state: StreamState = {
        "updated_at": "2024-05-01T00:00:00+00:00",
        "archived": {"updated_at": "2024-06-01T00:00:00+00:00"},
    }
    assert covered(state, ARCHIVED, "updated_at") == [BEFORE_MAY, BEFORE_JUNE]
    email, email_archived, *others = covered(state, CAMPAIGNS, "updated_at")
    assert (email, email_archived) == (BEFORE_MAY, BEFORE_JUNE)
    assert others == [[]] * 4  # that revision had no other channel
    only_live = {"updated": "2024-05-01T00:00:00+00:00"}
    assert covered(only_live, ARCHIVED) == [BEFORE_MAY, []]
    only_archived: StreamState = {"archived": {"updated": "2024-05-01T00:00:00+00:00"}}
    assert covered(only_archived, ARCHIVED) == [[], BEFORE_MAY]


def test_partitions_are_told_apart_and_those_that_are_missing_are_read() -> None:
    state: StreamState = {
        "states": [
            {
                "partition": {"archived": "true", "campaign_type": "sms"},
                "cursor": {"updated_at": "2024-05-01T00:00:00+0000"},
            },
            {
                "partition": {"archived": "false", "campaign_type": "email", "parent_slice": {}},
                "cursor": {"updated_at": "2024-06-01T00:00:00+0000"},
            },
        ],
        "use_global_cursor": False,
        "state": {"updated_at": "2024-06-01T00:00:00+0000"},
        "parent_state": {},
        "lookback_window": 1,
    }
    assert covered(state, CAMPAIGNS, "updated_at") == [BEFORE_JUNE, [], [], BEFORE_MAY, [], []]


def test_slices_are_islands_without_their_ends() -> None:
    state = date_range(
        ("2012-01-01T00:00:00Z", "2024-05-01T00:00:00Z"),
        ("2024-05-01T00:00:00.000Z", "2024-06-01T00:00:00.000Z"),
    )
    first = Window(1_325_376_001, MAY_2024)
    assert covered(state) == [[first, *MAY_ISLAND]]
    assert covered(date_range(("2024-05-01T00:00:00Z", "2024-05-01T00:00:01Z"))) == [[]]
    legacy = date_range(legacy={"updated": "2024-05-01T00:00:00Z"})
    assert covered(legacy) == [BEFORE_MAY]


def test_slices_stand_inside_partitions_too() -> None:
    cursor = date_range(("2024-05-01T00:00:00Z", "2024-06-01T00:00:00Z"))
    state: StreamState = {"states": [{"partition": {"archived": "true"}, "cursor": cursor}]}
    assert covered(state, ARCHIVED) == [[], MAY_ISLAND]


def test_metrics_are_partitions_and_what_was_read_of_all_covers_each() -> None:
    state: StreamState = {
        "states": [
            {
                "partition": {"metric_id": "Def456"},
                "cursor": {"datetime": "2024-05-01T00:00:00+0000"},
            }
        ]
    }
    assert covered(state, METRICS, "datetime") == [[], BEFORE_MAY]
    assert covered(state, ALL, "datetime") == [[]]
    whole: StreamState = {"datetime": "2024-05-01T00:00:00+0000"}
    assert covered(whole, METRICS, "datetime") == [BEFORE_MAY] * 2


def test_a_global_cursor_covers_what_there_has_always_been_less_the_length_of_the_sync() -> None:
    state: StreamState = {
        "use_global_cursor": True,
        "state": {"updated_at": "2024-05-01T00:01:00+0000"},
        "lookback_window": 60,
        "parent_state": {},
    }
    assert covered(state, CAMPAIGNS, "updated_at") == [*[BEFORE_MAY] * 4, [], []]
    assert covered(state, ARCHIVED, "updated_at") == [BEFORE_MAY] * 2
    assert covered(state, METRICS, "updated_at") == [[], []]


def test_a_cursor_each_list_covers_what_a_whole_sync_has_read_of_all() -> None:
    """As 2.13.1 has written it for `lists_detailed`, the second one before its first sync ended."""
    each: StreamState = {
        "use_global_cursor": False,
        "states": [
            {
                "partition": {"id": "A9cbmx", "parent_slice": {}},
                "cursor": {"updated": "2024-05-01T00:00:03+0000"},
            },
            {
                "partition": {"id": "HaFbfC", "parent_slice": {}},
                "cursor": {"updated": "2024-03-17T19:16:03+0000"},
            },
        ],
        "lookback_window": 3,
        "parent_state": {},
    }
    assert covered({**each, "state": {"updated": "2024-05-01T00:00:03+0000"}}) == [BEFORE_MAY]
    assert covered(each) == [[]]


def test_a_cursor_in_the_future_covers_nothing_where_rows_may_lie_there() -> None:
    state: StreamState = {"datetime": "2099-01-01T00:00:00+0000"}
    reading = Reading("events_detailed", "datetime", ALL, began=NOW, clients_word=True)
    loaded, _ = load_foreign(state, reading)
    assert loaded.of({}) == CursorState()
    # Klaviyo's own clock may be ahead of this machine's, but no row is.
    assert covered(state, cursor="datetime") == [[Window(0, NOW)]]


@pytest.mark.parametrize("empty", [{}, {"__ab_full_refresh_sync_complete": True}])
def test_no_state_covers_nothing(empty: StreamState) -> None:
    assert covered(empty) == [[]]


def test_unknown_keys_beside_a_cursor_are_named() -> None:
    state: StreamState = {"updated": "2024-05-01T00:00:00Z", "novelty": 1}
    loaded, unknown = load_foreign(state, Reading("lists", "updated", ALL, began=NOW))
    assert loaded.of({}).watermark == MAY_2024
    assert unknown == ["novelty"]
    assert not is_own(state)


@pytest.mark.parametrize(
    ("garbage", "complaint"),
    [
        ({"updated": 17}, "17 is not a datetime"),
        ({"updated": "yesterday"}, "yesterday"),
        ({"timestamp": 1621295127}, "another stream's"),
        ({"states": {}}, "not a list"),
        ({"states": [{"partition": {}}]}, "no `cursor`"),
        ({"states": [{"cursor": {}}]}, "no `partition`"),
        ({"slices": [{"start": "2024-05-01T00:00:00Z"}]}, "no `start` and `end`"),
        ({"slices": {}}, "not a list"),
        ({**date_range(("2024-05-01", "2024-06-01")), "state_type": "id-range"}, "state_type"),
        ({"use_global_cursor": True, "state": {}, "lookback_window": "P1D"}, "lookback_window"),
        ({"archived": "yes"}, "not an object"),
    ],
)
def test_garbage_is_refused_and_the_stream_named(garbage: StreamState, complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint) as refused:
        load_foreign(garbage, Reading("profiles", "updated", ALL, began=NOW))
    assert "stream profiles" in str(refused.value)


seconds = st.integers(MAY_2024, JUNE_2024)


@st.composite
def cursors(draw: st.DrawFn) -> tuple[dict[str, Json], list[tuple[float, float]]]:
    """Return a cursor, and the open ranges of time whose rows it says are read."""
    kind = draw(st.sampled_from(["cursor", "slices"]))
    if kind == "cursor":
        reached = draw(seconds)
        return {"updated": written(reached)}, [(float(MAY_2024 - 1), float(reached))]
    edges = sorted(draw(st.sets(seconds, min_size=2, max_size=8)))
    slices = list(zip(edges[::2], edges[1::2], strict=False))
    found: list[Json] = [
        {"start": written(lo), "end": written(hi), "most_recent_cursor_value": written(lo)}
        for lo, hi in slices
    ]
    state: dict[str, Json] = {"slices": found, "state_type": "date-range", "legacy": {}}
    return state, [(float(lo), float(hi)) for lo, hi in slices]


@st.composite
def any_state(draw: st.DrawFn) -> tuple[StreamState, dict[bool, list[tuple[float, float]]]]:
    """Return a state of flows, and what is read by it, by `archived`."""
    live, live_read = draw(cursors())
    archived, archived_read = draw(cursors())
    match draw(st.sampled_from(["top", "archived", "states", "one", "global"])):
        case "top":
            return live, {False: live_read, True: []}
        case "archived":
            return {**live, "archived": archived}, {False: live_read, True: archived_read}
        case "one":
            only: Json = {"partition": {"archived": "true"}, "cursor": archived}
            return {"states": [only]}, {False: [], True: archived_read}
        case "global":
            whole: StreamState = {"use_global_cursor": True, "state": live, "lookback_window": 9}
            shorter = [(lo, hi - 9) for lo, hi in live_read]
            return whole, {False: shorter, True: shorter}
        case _:
            both: list[Json] = [
                {"partition": {"archived": "false"}, "cursor": live},
                {"partition": {"archived": "true"}, "cursor": archived},
            ]
            return {"states": both}, {False: live_read, True: archived_read}


@given(any_state(), st.booleans(), seconds, st.sampled_from([0.0, 0.5]), st.integers(0, 90_000))
def test_every_row_that_is_not_surely_covered_is_read(
    state: tuple[StreamState, dict[bool, list[tuple[float, float]]]],
    archived: bool,  # noqa: FBT001  drawn
    row: int,
    fraction: float,
    lookback: int,
) -> None:
    data, read = state
    reading = Reading("flows", "updated", ARCHIVED, MAY_2024 - 1, MAY_2024, NOW)
    loaded, unknown = load_foreign(data, reading)
    assert unknown == []
    partition: Partition = {"archived": archived}
    checkpoint = CursorCheckpoint(loaded.of(partition), reading.start, lookback, NOW)
    is_read = any(row in window for window in checkpoint.missing())
    inside = [(lo, hi) for lo, hi in read[archived] if lo < row + fraction < hi]
    assert is_read or inside
    # Nor is all of it read again: what lies well inside of a covered range is not.
    deep = any(lo + 2 <= row < hi - 2 - lookback for lo, hi in inside)
    only_one = len(read[archived]) == 1
    assert not (deep and only_one and is_read and not lookback)
