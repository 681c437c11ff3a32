"""Where a window is split, and how often."""

from source_klaviyo.sync.reading.splitting import Splitter
from source_klaviyo.sync.windows.window_reader import WindowReader
from unit_tests.fakes import TwoPages
from unit_tests.pages import page, reader

HORIZON = 1_000_000


def fill(splitter: Splitter, read: WindowReader, *cursors: int, more: bool = True) -> None:
    """Let a page with new rows of these cursors arrive."""
    read.close()
    read.request()
    read.accept(page(*cursors, more=more), (0,))
    splitter.observe(read, len(cursors), read.rows_kept)


def split(splitter: Splitter, *readers: WindowReader) -> WindowReader | None:
    chosen = splitter.choose(readers, HORIZON)
    return chosen and chosen[0].split(chosen[1])


def test_nothing_is_split_before_its_density_is_known_or_where_little_is_left() -> None:
    splitter, read = Splitter(), reader()
    assert splitter.choose([read], HORIZON) is None
    fill(splitter, read, HORIZON - 30, HORIZON - 20)
    assert splitter.choose([read], HORIZON) is None


def test_what_is_not_ordered_or_not_to_be_split_is_left_whole() -> None:
    splitter = Splitter()
    unordered = reader(ordered=False)
    whole = reader(collection=TwoPages(bounded_above=False))
    for read in (unordered, whole):
        fill(splitter, read, 100, 200)
    assert splitter.choose([unordered, whole], HORIZON) is None


def test_a_split_is_a_few_pages_ahead_at_first_and_then_further() -> None:
    splitter, read = Splitter(), reader()
    fill(splitter, read, 100, 200)
    far = split(splitter, read)
    assert far
    assert far.lo == 200 + 12 * 100
    farther = split(splitter, read, far)
    assert farther
    assert farther.lo == far.lo + 24 * 100
    assert split(splitter, far, farther)
    assert splitter.choose([read], HORIZON), "what is left of the first is known to be dense"


def test_nothing_is_split_behind_rows_that_changed_since_the_sync_began() -> None:
    splitter, read = Splitter(), reader(horizon=HORIZON)
    fill(splitter, read, 100, HORIZON, HORIZON + 10)
    assert splitter.choose([read], HORIZON), "what lies before them has a density"
    fill(splitter, read, HORIZON + 10, HORIZON + 10)
    assert splitter.choose([read], HORIZON) is None


def test_guesses_do_not_build_on_guesses_without_end() -> None:
    splitter, newest = Splitter(), reader()
    fill(splitter, newest, 100, 101)
    for _ in range(3):
        rest = split(splitter, newest)
        assert rest
        newest = rest
    assert splitter.choose([newest], HORIZON) is None
    fill(splitter, newest, newest.lo, newest.lo + 1)
    assert splitter.choose([newest], HORIZON)


def test_a_second_is_never_split() -> None:
    splitter, read = Splitter(), reader()
    fill(splitter, read, 100, 100)
    while rest := split(splitter, read):
        fill(splitter, rest, more=False)
    assert read.hi - read.lo >= 1
    fill(splitter, read, 100, 100)
    assert splitter.choose([read], HORIZON) is None


def test_splits_are_rationed_by_what_they_waste() -> None:
    splitter, splits = Splitter(), 0
    for _ in range(200):
        read = reader()
        fill(splitter, read, 100, 101)
        if rest := split(splitter, read):
            fill(splitter, rest, more=False)
            fill(splitter, read, more=False)
            splits += 1
    assert 12 <= splits <= 12 + 600 / 25


def test_rows_of_owners_spread_over_time_tell_the_density_though_few_have_what_is_taken() -> None:
    splitter, read = Splitter(), reader()
    fill(splitter, read, 100, 90_000)
    assert splitter.choose([read], HORIZON)
    assert read.density.seconds_per_page == 89_900
