"""Checkpoints: what is missing, what state follows, and that late rows are found."""

import random
from dataclasses import dataclass, replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_klaviyo.protocol import FOREVER, Window
from source_klaviyo.sync.state.checkpoint import CursorCheckpoint, WholeCheckpoint
from source_klaviyo.sync.state.horizon import MARGIN
from source_klaviyo.sync.state.stream_state import CursorState
from unit_tests.examples import at_least

NOW = 10_000


def test_a_first_sync_reads_from_the_start_and_ends_at_the_horizon() -> None:
    checkpoint = CursorCheckpoint(CursorState(), 100, 0, NOW)
    assert checkpoint.missing() == [Window(100, FOREVER)]
    checkpoint.complete(Window(100, FOREVER))
    assert checkpoint.missing() == []
    assert checkpoint.current(NOW - MARGIN) == CursorState(NOW - MARGIN)


def test_a_lonely_window_is_kept_beyond_the_watermark() -> None:
    checkpoint = CursorCheckpoint(CursorState(500), 0, 0, NOW)
    checkpoint.complete(Window(700, 800))
    checkpoint.complete(Window(500, 600))
    state = checkpoint.current(NOW - MARGIN)
    assert state == CursorState(600, NOW, (Window(700, 800),))
    resumed = CursorCheckpoint(state, 0, 0, NOW + 50)
    assert resumed.missing() == [Window(600, 700), Window(800, FOREVER)]


def test_future_rows_do_not_move_the_state() -> None:
    checkpoint = CursorCheckpoint(CursorState(500), 0, 0, NOW)
    checkpoint.complete(Window(9_000, NOW + 7_000))
    state = checkpoint.current(NOW - MARGIN)
    assert state == CursorState(500, NOW, (Window(9_000, NOW - MARGIN),))


def test_a_watermark_in_the_future_is_taken_back_to_now() -> None:
    checkpoint = CursorCheckpoint(CursorState(NOW + 9_999), 0, 0, NOW)
    assert checkpoint.missing() == [Window(NOW - MARGIN, FOREVER)]
    checkpoint.complete(Window(NOW - MARGIN, FOREVER))
    assert checkpoint.current(NOW - MARGIN) == CursorState(NOW - MARGIN)


def test_a_look_back_does_not_reach_before_the_start() -> None:
    assert CursorCheckpoint(CursorState(1_000), 900, 500, NOW).missing() == [Window(900, FOREVER)]


@dataclass(frozen=True)
class Row:
    """A row that appears at `arrival` with a cursor of `instant`."""

    instant: int
    arrival: int


LOOKBACK = 300


@st.composite
def rows(draw: st.DrawFn) -> Row:
    instant = draw(st.integers(0, 3_000))
    return Row(instant, instant + draw(st.integers(0, LOOKBACK)))


@at_least(300)
@given(
    st.lists(rows(), min_size=1, max_size=30),
    st.lists(st.tuples(st.integers(1, 400), st.booleans()), min_size=1, max_size=12),
    st.integers(0, 2**32),
)
def test_rows_that_are_late_by_less_than_the_look_back_are_found(
    expected: list[Row], syncs: list[tuple[int, bool]], seed: int
) -> None:
    chance = random.Random(seed)
    state, found, now, completed = CursorState(), set[Row](), 100, 0
    for pause, completes in syncs:
        now += pause
        until = now - MARGIN
        checkpoint = CursorCheckpoint(state, 0, LOOKBACK, now)
        windows = [
            Window(lo, hi)
            for window in checkpoint.missing()
            for lo, hi in _split(window, chance)
            if completes or chance.random() < 0.5
        ]
        for window in windows:
            found |= {row for row in expected if row.arrival <= now and row.instant in window}
            checkpoint.complete(window)
        checkpoint.rows_without_cursor = False
        state = checkpoint.current(until)
        if completes:
            assert state == CursorState(until)
            # What came while a sync was interrupted may be left to the sync after it.
            assert found >= {row for row in expected if row.arrival <= completed}
            completed = now


def _split(window: Window, chance: random.Random) -> list[tuple[int, int]]:
    latest = min(window.hi, max(window.lo + 2, 3_500))
    inner = {chance.randrange(window.lo, latest) for _ in range(3)}
    edges = sorted({window.lo, window.hi, *inner})
    return list(pairwise(edges))


def test_what_turns_out_not_to_be_read_is_missing_again() -> None:
    checkpoint = CursorCheckpoint(CursorState(500), 0, 0, NOW)
    checkpoint.complete(Window(500, 900))
    checkpoint.reopen(Window(600, 900))
    assert checkpoint.missing() == [Window(600, FOREVER)]
    assert checkpoint.current(NOW - MARGIN) == CursorState(600, NOW)


def test_a_sync_began_by_the_clock_of_a_server_that_is_behind() -> None:
    checkpoint = CursorCheckpoint(CursorState(500), 0, 0, NOW)
    checkpoint.complete(Window(700, 800))
    assert checkpoint.current(NOW - 65).since == NOW - 60


@pytest.mark.parametrize(
    ("state", "start", "misses"),
    [
        (CursorState(), 0, True),
        (CursorState(), 100, False),
        (CursorState(500), 0, False),
        (CursorState(None, 9_000, (Window(700, 800),)), 0, False),
        (CursorState(None, 9_000, (Window(700, 800),), rows_without_cursor=True), 0, True),
    ],
)
def test_a_first_sync_misses_the_rows_without_a_cursor(
    state: CursorState, start: int, *, misses: bool
) -> None:
    assert CursorCheckpoint(state, start, 0, NOW).rows_without_cursor is misses


def test_rows_without_a_cursor_stay_in_the_state_until_they_are_read() -> None:
    checkpoint = CursorCheckpoint(CursorState(500, rows_without_cursor=True), 0, 0, NOW)
    checkpoint.complete(Window(500, FOREVER))
    horizon = NOW - MARGIN
    assert checkpoint.current(horizon) == CursorState(horizon, rows_without_cursor=True)
    checkpoint.rows_without_cursor = False
    assert checkpoint.current(horizon) == CursorState(horizon)


def test_rows_of_the_future_are_named_until_their_time_has_come() -> None:
    checkpoint = CursorCheckpoint(CursorState(1_000), 0, 0, 2_000)
    checkpoint.note_ahead([("a", 9_000), ("b", 12_000), ("c", 10_000)])
    assert checkpoint.has_written("a", 9_000)
    assert not checkpoint.has_written("a", 9_001), "it has moved"
    checkpoint.complete(Window(1_000, FOREVER))
    state = checkpoint.current(2_000)
    assert state.ahead == (("a", 9_000), ("b", 12_000), ("c", 10_000))
    later = CursorCheckpoint(state, 0, 0, 10_000)
    later.complete(Window(0, FOREVER))
    assert later.current(10_000).ahead == (("b", 12_000), ("c", 10_000))


def test_a_state_names_a_bounded_number_of_rows_of_the_future() -> None:
    checkpoint = CursorCheckpoint(CursorState(1_000), 0, 0, 2_000)
    checkpoint.note_ahead((str(number), 9_000) for number in range(1_500))
    assert len(checkpoint.current(2_000).ahead) == 1_000


def test_rows_of_the_next_hour_are_not_named() -> None:
    """Rows that change while a sync reads lie there, as many as there are."""
    checkpoint = CursorCheckpoint(CursorState(1_000), 0, 0, 2_000)
    checkpoint.note_ahead([("a", 5_599), ("b", 5_600)])
    assert checkpoint.current(2_000).ahead == (("b", 5_600),)


def test_what_has_been_read_to_the_horizon_needs_no_list_of_windows() -> None:
    checkpoint = CursorCheckpoint(CursorState(500), 0, 300, NOW)
    checkpoint.complete(Window(200, NOW - MARGIN))
    assert checkpoint.current(NOW - MARGIN) == CursorState(NOW - MARGIN)


def test_a_sync_that_has_read_nothing_claims_nothing() -> None:
    assert CursorCheckpoint(CursorState(), 100, 0, NOW).current(NOW - MARGIN).watermark is None


def test_an_interrupted_sync_is_read_again_where_it_came_too_early_and_nowhere_else() -> None:
    """It began at 9,000, so rows of 8,700 and later had less than the look-back to turn up."""
    read = CursorState(500, 9_000, (Window(300, 400), Window(700, 8_995)))
    checkpoint = CursorCheckpoint(read, 0, 300, NOW)
    assert checkpoint.missing() == [Window(200, 300), Window(400, 700), Window(8_700, FOREVER)]
    state = checkpoint.current(NOW - MARGIN)
    assert (state.watermark, state.read) == (500, (Window(300, 400), Window(700, 8_700)))


def test_what_the_next_look_back_reaches_is_not_read_again_at_once() -> None:
    read = CursorState(500, 9_000, (Window(200, 8_995),))
    checkpoint = CursorCheckpoint(read, 0, 300, 9_050)
    assert checkpoint.missing() == [Window(8_700, 8_750), Window(8_995, FOREVER)]


def test_a_sync_that_is_resumed_by_a_clock_that_is_behind_reads_what_is_missing() -> None:
    read = CursorState(500, NOW + 100, (Window(700, 800),))
    missing = [Window(200, 700), Window(800, FOREVER)]
    assert CursorCheckpoint(read, 0, 300, NOW).missing() == missing
    assert CursorCheckpoint(replace(read, since=NOW), 0, 300, NOW).missing() == missing


@pytest.mark.parametrize(
    ("second", "watermark"), [(300, 300), (499, 499), (100, 100)], ids=["amid", "last", "first"]
)
def test_a_second_before_the_watermark_can_be_opened_again(second: int, watermark: int) -> None:
    checkpoint = CursorCheckpoint(CursorState(500), 100, 0, NOW)
    hole = Window(second, second + 1)
    checkpoint.reopen(hole)
    checkpoint.complete(Window(500, FOREVER))
    assert checkpoint.missing() == [hole]
    state = checkpoint.current(NOW - MARGIN)
    assert state == CursorState(watermark, NOW, (Window(second + 1, NOW - MARGIN),))
    resumed = CursorCheckpoint(state, 100, 0, NOW + 50)
    assert resumed.missing() == [hole, Window(NOW - MARGIN, FOREVER)]


def test_the_first_second_of_all_can_be_opened_again() -> None:
    checkpoint = CursorCheckpoint(CursorState(500), 0, 0, NOW)
    checkpoint.reopen(Window(0, 1))
    assert checkpoint.missing() == [Window(0, 1), Window(500, FOREVER)]
    state = checkpoint.current(NOW - MARGIN)
    assert (state.watermark, state.read) == (None, (Window(1, 500),))


def test_what_lies_before_the_start_date_is_never_opened() -> None:
    checkpoint = CursorCheckpoint(CursorState(500), 100, 0, NOW)
    checkpoint.reopen(Window(99, 100))
    assert checkpoint.missing() == [Window(500, FOREVER)]


def test_a_partition_without_a_cursor_is_read_whole_or_not_at_all() -> None:
    checkpoint = WholeCheckpoint(CursorState(), NOW)
    checkpoint.complete(Window(0, 500))
    assert (checkpoint.missing(), checkpoint.current(NOW)) == ([Window()], CursorState())
    checkpoint.complete(Window())
    assert (checkpoint.missing(), checkpoint.current(NOW)) == ([], CursorState(NOW))
    checkpoint.reopen(Window())
    assert (checkpoint.missing(), checkpoint.current(NOW)) == ([Window()], CursorState())
