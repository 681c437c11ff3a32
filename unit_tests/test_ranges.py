"""Sets of windows, held against sets of seconds."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from source_klaviyo.protocol import Window
from source_klaviyo.sync.state.ranges import clip, merge, reach, subtract

LATEST = 60


@st.composite
def windows(draw: st.DrawFn) -> Window:
    lo = draw(st.integers(0, LATEST - 1))
    return Window(lo, draw(st.integers(lo + 1, LATEST)))


many = st.lists(windows(), max_size=8)


def seconds(found: list[Window]) -> set[int]:
    return {second for window in found for second in range(window.lo, window.hi)}


def is_normal(found: list[Window]) -> bool:
    return all(earlier.hi < later.lo for earlier, later in pairwise(found))


@given(many)
def test_merge_keeps_every_second_in_the_fewest_windows(found: list[Window]) -> None:
    merged = merge(found)
    assert seconds(merged) == seconds(found)
    assert is_normal(merged)


@given(many, many)
def test_subtract_leaves_what_is_in_no_hole(found: list[Window], holes: list[Window]) -> None:
    assert seconds(subtract(found, holes)) == seconds(found) - seconds(holes)


@given(many, st.integers(0, LATEST), st.integers(0, LATEST))
def test_clip_keeps_what_is_inside(found: list[Window], lo: int, hi: int) -> None:
    assert seconds(clip(found, lo, hi)) == seconds(found) & set(range(lo, hi))


@given(many, st.integers(0, LATEST))
def test_reach_is_the_first_second_that_is_missing(found: list[Window], lo: int) -> None:
    covered = seconds(found)
    reached = reach(found, lo)
    assert set(range(lo, reached)) <= covered
    assert reached not in covered
