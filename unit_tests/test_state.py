"""State: what is written can be read again, and what cannot is refused in a sentence."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_klaviyo.errors import ConfigError
from source_klaviyo.protocol import Window
from source_klaviyo.sync.state import CursorState, Json, StreamState, dump, load

PARTITIONS = ({"archived": False}, {"archived": True})
moments = st.integers(0, 4_000_000_000)


@st.composite
def unfinished(draw: st.DrawFn) -> CursorState:
    edges = sorted(draw(st.sets(moments, min_size=2, max_size=8)))
    read = tuple(Window(lo, hi) for lo, hi in zip(edges[::2], edges[1::2], strict=False))
    return CursorState(draw(st.none() | moments), draw(moments), read)


states = st.builds(CursorState, st.none() | moments) | unfinished()


@given(states)
def test_a_state_survives_being_written(state: CursorState) -> None:
    written = dump([({}, state)], "updated")
    assert load("profiles", written, "updated").of({}) == state


@given(states, states)
def test_partitions_keep_their_own_states(first: CursorState, second: CursorState) -> None:
    live, archived = PARTITIONS
    loaded = load("flows", dump([(live, first), (archived, second)], "updated"), "updated")
    assert (loaded.of(live), loaded.of(archived)) == (first, second)
    assert loaded.of({"archived": "of another kind"}) == CursorState()
    assert loaded.without([archived]) == [(live, first)]


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
        ({"datetime": "yesterday"}, "yesterday"),
        ({"updated": "2026-03-01"}, "another stream's"),
        ({"datetime": "2026-03-01", "unfinished": []}, "unfinished"),
        ({"datetime": "2026-03-01", "unfinished": {"since": None, "read": []}}, "not a datetime"),
        ({"unfinished": {"since": "2026-03-01", "read": [["2026-03-01"]]}}, "pair"),
        ({"unfinished": {"since": "2026-03-01", "read": [["2026-03-02", "2026-03-01"]]}}, "hold"),
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
