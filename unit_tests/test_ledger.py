"""The ledger: what is missing, what state follows, and that late rows are found."""

import random
from dataclasses import dataclass
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from source_klaviyo.protocol import FOREVER, Window
from source_klaviyo.sync.horizon import MARGIN, horizon
from source_klaviyo.sync.ledger import Ledger
from source_klaviyo.sync.state import CursorState

NOW = 10_000


def test_a_first_sync_reads_from_the_start_and_ends_at_the_horizon() -> None:
    ledger = Ledger(CursorState(), 100, 0, NOW)
    assert ledger.missing() == [Window(100, FOREVER)]
    ledger.cover(Window(100, FOREVER))
    assert ledger.missing() == []
    assert ledger.current(NOW - MARGIN) == CursorState(NOW - MARGIN)


def test_a_lonely_window_is_kept_beyond_the_watermark() -> None:
    ledger = Ledger(CursorState(500), 0, 0, NOW)
    ledger.cover(Window(700, 800))
    ledger.cover(Window(500, 600))
    state = ledger.current(NOW - MARGIN)
    assert state == CursorState(600, NOW, (Window(700, 800),))
    resumed = Ledger(state, 0, 0, NOW + 50)
    assert resumed.missing() == [Window(600, 700), Window(800, FOREVER)]


def test_future_rows_do_not_move_the_state() -> None:
    ledger = Ledger(CursorState(500), 0, 0, NOW)
    ledger.cover(Window(9_000, NOW + 7_000))
    state = ledger.current(NOW - MARGIN)
    assert state == CursorState(500, NOW, (Window(9_000, NOW - MARGIN),))


def test_a_watermark_in_the_future_is_taken_back_to_now() -> None:
    ledger = Ledger(CursorState(NOW + 9_999), 0, 0, NOW)
    assert ledger.missing() == [Window(NOW - MARGIN, FOREVER)]
    ledger.cover(Window(NOW - MARGIN, FOREVER))
    assert ledger.current(NOW - MARGIN) == CursorState(NOW - MARGIN)


def test_a_look_back_does_not_reach_before_the_start() -> None:
    assert Ledger(CursorState(1_000), 900, 500, NOW).missing() == [Window(900, FOREVER)]


def test_the_horizon_gives_way_to_a_server_whose_clock_is_behind() -> None:
    assert horizon(NOW, lambda: 120.5)() == NOW - MARGIN - 121


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


@settings(max_examples=300)
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
        ledger = Ledger(state, 0, LOOKBACK, now)
        windows = [
            Window(lo, hi)
            for window in ledger.missing()
            for lo, hi in _cut(window, chance)
            if completes or chance.random() < 0.5
        ]
        for window in windows:
            found |= {row for row in expected if row.arrival <= now and row.instant in window}
            ledger.cover(window)
        state = ledger.current(until)
        if completes:
            assert state == CursorState(until)
            # What came while a sync was interrupted may be left to the sync after it.
            assert found >= {row for row in expected if row.arrival <= completed}
            completed = now


def _cut(window: Window, chance: random.Random) -> list[tuple[int, int]]:
    latest = min(window.hi, max(window.lo + 2, 3_500))
    inner = {chance.randrange(window.lo, latest) for _ in range(3)}
    edges = sorted({window.lo, window.hi, *inner})
    return list(pairwise(edges))
