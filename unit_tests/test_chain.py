"""Chains: what a page completes, what it says of the order, and where a window may be cut."""

from dataclasses import replace

from source_klaviyo.protocol import FOREVER, Page, Window
from source_klaviyo.sync.chain import Chain, Step
from source_klaviyo.sync.cutting import Cutter

HORIZON = 1_000_000


def page(*instants: int | None, more: bool = True) -> Page:
    records = [(memoryview(str(instant).encode()), b"") for instant in instants]
    return Page(records, [*instants], "x" if more else None)


def texts(step: Step) -> list[bytes]:
    return [piece.tobytes() for piece, _ in step.records]


def chain(lo: int = 100, hi: int = FOREVER, *, lowest: bool = True, ordered: bool = True) -> Chain:
    return Chain(0, lo, hi, lowest=lowest, ordered=ordered)


def test_a_page_completes_what_lies_before_its_last_second() -> None:
    read = chain()
    assert read.accept(page(100, 150, 200)).covers == Window(100, 200)
    assert read.accept(page(200, 200)).covers is None
    assert read.accept(page(200, 210, more=False)).covers == Window(200, FOREVER)
    assert read.finished


def test_pages_out_of_order_complete_nothing_before_the_end() -> None:
    read = chain()
    read.accept(page(100, 150, 200))
    assert read.accept(page(190, 300)).covers is None
    assert read.accept(page(400, 500)).covers is None
    assert read.accept(page(600, more=False)).covers == Window(200, FOREVER)


def test_an_unordered_stream_is_not_stopped_by_a_row_beyond_its_window() -> None:
    read = chain(100, 300, ordered=False)
    assert texts(read.accept(page(350, 200))) == [b"200"]
    assert not read.finished
    assert read.accept(page(250, more=False)).covers == Window(100, 300)


def test_a_cut_chain_stops_at_its_new_end_and_drops_what_the_other_reads() -> None:
    read = chain()
    read.accept(page(100, 200))
    rest = read.cut(250)
    assert rest.window == Window(250, FOREVER)
    step = read.accept(page(200, 249, 250, 300))
    assert texts(step) == [b"200", b"249"]
    assert step.covers == Window(200, 250)
    assert read.finished


def test_rows_before_the_window_are_dropped_where_another_window_holds_them() -> None:
    assert texts(chain(lowest=False).accept(page(99, 100))) == [b"100"]
    assert texts(chain(lowest=True).accept(page(99, 100))) == [b"99", b"100"]


def test_rows_without_a_cursor_are_kept_and_complete_nothing() -> None:
    step = chain().accept(page(None, None))
    assert texts(step) == [b"None", b"None"]
    assert step.covers is None


def test_an_empty_page_with_a_next_one_is_not_the_end() -> None:
    read = chain()
    assert read.accept(page()).covers is None
    assert not read.finished


def test_a_lost_token_asks_anew_from_the_last_second() -> None:
    read = chain()
    read.accept(page(100, 200))
    read.restart()
    assert (read.token, read.window) == (None, Window(200, FOREVER))


def test_a_window_is_read_only_when_the_parts_of_its_pages_are_out() -> None:
    read = chain(100, 300, ordered=False)
    assert read.accept(replace(page(), parts=["a", "b"])).covers is None
    first, second = read.part("a"), read.part("b")
    assert first.accept(page(None, more=False)).covers is None
    assert read.part_is_out() is None, "the listing goes on"
    assert read.accept(page(more=False)).covers is None
    assert texts(second.accept(page(None, more=False))) == [b"None"]
    assert read.part_is_out() == Window(100, 300)


def fill(read: Chain, cutter: Cutter, *pages: Page) -> None:
    for each in pages:
        step = read.accept(each)
        cutter.observe(read, len(each.records), len(step.records))


def cut(cutter: Cutter, *chains: Chain) -> Chain | None:
    chosen = cutter.choose(chains, HORIZON)
    return chosen and chosen[0].cut(chosen[1])


def test_nothing_is_cut_before_its_density_is_known_or_where_little_is_left() -> None:
    cutter, read = Cutter(), chain()
    assert cutter.choose([read], HORIZON) is None
    fill(read, cutter, page(HORIZON - 30, HORIZON - 20))
    assert cutter.choose([read], HORIZON) is None


def test_a_cut_is_a_few_pages_ahead_at_first_and_then_further() -> None:
    cutter, read = Cutter(), chain()
    fill(read, cutter, page(100, 200))
    far = cut(cutter, read)
    assert far
    assert far.lo == 200 + 12 * 100
    farther = cut(cutter, read, far)
    assert farther
    assert farther.lo == far.lo + 24 * 100
    assert cut(cutter, far, farther)
    assert cutter.choose([read], HORIZON), "what is left of the first is known to be dense"


def test_guesses_do_not_build_on_guesses_without_end() -> None:
    cutter, newest = Cutter(), chain()
    fill(newest, cutter, page(100, 101))
    for _ in range(3):
        rest = cut(cutter, newest)
        assert rest
        newest = rest
    assert cutter.choose([newest], HORIZON) is None
    fill(newest, cutter, page(newest.lo, newest.lo + 1))
    assert cutter.choose([newest], HORIZON)


def test_a_second_is_never_cut() -> None:
    cutter, read = Cutter(), chain()
    fill(read, cutter, page(100, 100))
    while rest := cut(cutter, read):
        fill(rest, cutter, page(more=False))
    assert read.hi - read.lo >= 1
    fill(read, cutter, page(100, 100))
    assert cutter.choose([read], HORIZON) is None


def test_cuts_are_rationed_by_what_they_waste() -> None:
    cutter, cuts = Cutter(), 0
    for _ in range(200):
        read = chain()
        fill(read, cutter, page(100, 101))
        if rest := cut(cutter, read):
            fill(rest, cutter, page(more=False))
            fill(read, cutter, page(more=False))
            cuts += 1
    assert 12 <= cuts <= 12 + 600 / 25
