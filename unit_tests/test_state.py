"""State: what is written can be read again, and what cannot is refused in a sentence."""

import json
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_klaviyo.api.partition import Partition
from source_klaviyo.errors import ConfigError
from source_klaviyo.protocol import Window
from source_klaviyo.sync.state.loading import load, of_refresh, without_blanks, without_refresh
from source_klaviyo.sync.state.stream_state import (
    WHOLE,
    CursorState,
    Json,
    StreamState,
    dump,
    is_own,
)

PARTITIONS = ({"archived": False}, {"archived": True})
moments = st.integers(0, 4_000_000_000)


@st.composite
def unfinished(draw: st.DrawFn) -> CursorState:
    edges = sorted(draw(st.sets(moments, min_size=2, max_size=8)))
    read = tuple(Window(lo, hi) for lo, hi in zip(edges[::2], edges[1::2], strict=False))
    return CursorState(draw(st.none() | moments), draw(moments), read, draw(st.booleans()))


watermarks = st.builds(
    CursorState, st.none() | moments, st.none(), st.just(()), rows_without_cursor=st.booleans()
)
states = watermarks | unfinished()


@given(states)
def test_a_state_survives_being_written(state: CursorState) -> None:
    written = dump([({}, state)], "updated")
    assert load("profiles", written, "updated").of({}) == state


def test_one_partition_is_written_without_a_list_and_nothing_that_says_nothing() -> None:
    written = dump([({}, CursorState(60, since=100))], "updated")
    assert written == {"updated": "1970-01-01T00:01:00+00:00", "version": 1}


@pytest.mark.parametrize(
    ("state", "is_ours"),
    [({}, True), ({"version": 1}, True), (WHOLE, True), ({"updated": "2026-03-01"}, False)],
)
def test_a_state_tells_who_wrote_it(state: StreamState, *, is_ours: bool) -> None:
    assert is_own(state) is is_ours


@given(states, states)
def test_partitions_keep_their_own_states(first: CursorState, second: CursorState) -> None:
    live, archived = PARTITIONS
    loaded = load("flows", dump([(live, first), (archived, second)], "updated"), "updated")
    assert (loaded.of(live), loaded.of(archived)) == (first, second)
    assert loaded.of({"archived": "of another kind"}) == CursorState()
    assert loaded.without([archived]) == [(live, first)]


few_states = st.lists(states, min_size=1, max_size=3)


@given(st.integers(1, 60), few_states, st.randoms(use_true_random=False))
def test_many_partitions_keep_their_own_states(
    count: int, few: list[CursorState], chance: Random
) -> None:
    expected = {f"list {number}": chance.choice(few) for number in range(count)}
    entries: list[tuple[Partition, CursorState]]
    entries = [({"list_id": name}, state) for name, state in expected.items()]
    written = json.loads(json.dumps(dump(entries, "updated", always_listed=True)))
    loaded = load("list_profiles", written, "updated")
    for name, state in expected.items():
        assert loaded.of({"list_id": name}) == state
    assert loaded.of({"list_id": "new"}) == CursorState()
    assert len(loaded.known) == count
    if count > 20:
        assert len(written["states"]) <= len(few)
    else:
        assert [entry["partition"] for entry in written["states"]] == [
            {"list_id": name} for name in expected
        ]


def test_partitions_that_stand_at_the_same_place_cost_a_line_together() -> None:
    same = [({"list_id": f"L{number:05}"}, CursorState(1_772_323_200)) for number in range(10_000)]
    behind = ({"list_id": "behind"}, CursorState(5))
    written = dump([*same, behind], "updated")
    assert len(json.dumps(written)) < 10_000 * 15
    assert load("list_profiles", written, "updated").of(behind[0]) == CursorState(5)


def test_partitions_of_several_filters_are_never_grouped() -> None:
    entries: list[tuple[Partition, CursorState]]
    entries = [({"list_id": str(number), "x": True}, CursorState(5)) for number in range(50)]
    loaded = load("x", dump(entries, "updated"), "updated")
    assert loaded.of({"x": True, "list_id": "49"}) == CursorState(5)
    assert len(loaded.known) == 50


def test_a_watermark_alone_is_a_state_for_every_partition() -> None:
    state: StreamState = {"updated": "2026-03-01T00:00:00+00:00"}
    loaded = load("flows", state, "updated")
    assert [loaded.of(partition) for partition in PARTITIONS] == [CursorState(1_772_323_200)] * 2


@pytest.mark.parametrize("text", ["2026-03-01T00:00:00Z", "2026-03-01 00:00:00", "2026-03-01"])
def test_a_watermark_may_be_written_in_other_ways(text: str) -> None:
    assert load("events", {"datetime": text}, "datetime").of({}) == CursorState(1_772_323_200)


@pytest.mark.parametrize("empty", [{}, {"__ab_no_cursor_state_message": True}])
def test_no_state_reads_from_the_start(empty: StreamState) -> None:
    assert load("events", empty, "datetime").of({}) == CursorState()


@pytest.mark.parametrize(
    ("garbage", "complaint"),
    [
        ({"datetime": 17}, "17 is not a datetime"),
        ({"datetime": "yesterday"}, "'yesterday' is not a datetime"),
        ({"updated": "2026-03-01"}, "another stream's"),
        ({"datetime": "2026-03-01", "unfinished": []}, "unfinished"),
        ({"datetime": "2026-03-01", "unfinished": {"since": None, "read": []}}, "not a datetime"),
        ({"unfinished": {"since": "2026-03-01", "read": [["2026-03-01"]]}}, "pair"),
        ({"unfinished": {"since": "2026-03-01", "read": [["2026-03-02", "2026-03-01"]]}}, "hold"),
        ({"unfinished": {"since": "2026-03-01", "read": 5}}, "no list"),
        ({"unfinished": {"read": [["2026-03-01", "2026-03-02"]]}}, "since when"),
        ({"states": {}}, "not a list"),
        ({"states": [{"partition": {}}]}, "no `cursor`"),
        ({"states": ["x"]}, "no `cursor`"),
        ({"states": [{"cursor": {}}]}, "no `partition`"),
    ],
)
def test_garbage_is_refused_and_the_stream_named(garbage: dict[str, Json], complaint: str) -> None:
    with pytest.raises(ConfigError, match=complaint) as refused:
        load("events", garbage, "datetime")
    assert "stream events" in str(refused.value)


def test_a_state_belongs_to_the_refresh_that_it_names_and_to_no_other() -> None:
    state: StreamState = {
        "updated": "2026-03-01T00:00:00+00:00",
        "refresh": {"generation_id": 3, "sync_id": 17, "since": "1970-01-01T00:01:00+00:00"},
    }
    found = [of_refresh(state, *ids) for ids in ((3, 17), (3, 18), (4, 17))]
    assert found == [60, None, None]
    assert without_refresh(state) == {"updated": "2026-03-01T00:00:00+00:00"}
    assert of_refresh(without_refresh(state), 3, 17) is None
    assert load("profiles", state, "updated").of({}) == CursorState(), "it is no incremental one"


@pytest.mark.parametrize(
    ("kept", "left"),
    [
        ({"updated": None}, {}),
        ({"updated": "", "version": 1}, {"version": 1}),
        ({"updated": "x", "archived": {"updated": None}}, {"updated": "x", "archived": {}}),
        ({"archived": "x", "states": "y"}, {"archived": "x", "states": "y"}),
        (
            {"states": [{"partition": {}, "cursor": {"updated": ""}}, {"cursor": None}, "x", {}]},
            {"states": [{"partition": {}, "cursor": {}}, {"cursor": {}}, "x", {}]},
        ),
        ({"states": [{"cursor": {"updated": "x"}}]}, {"states": [{"cursor": {"updated": "x"}}]}),
        ({"states": [{"cursor": 5}]}, {"states": [{"cursor": 5}]}),
    ],
)
def test_a_cursor_without_a_value_is_left_out_with_a_warning(
    kept: StreamState, left: StreamState, caplog: pytest.LogCaptureFixture
) -> None:
    assert without_blanks("profiles", kept) == left
    assert len(caplog.records) == (kept != left)
