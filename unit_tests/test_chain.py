"""Chains: what a page completes, what it says of the order, and where a window may be cut."""

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


def fill(read: Chain, cutter: Cutter, *pages: Page) -> None:
    for each in pages:
        read.accept(each)
        cutter.observe(read, empty=not each.records)


def test_nothing_is_cut_before_its_density_is_known_or_where_little_is_left() -> None:
    cutter, read = Cutter(), chain()
    assert not cutter.may_cut([read], HORIZON)
    fill(read, cutter, page(HORIZON - 30, HORIZON - 20))
    assert not cutter.may_cut([read], HORIZON)


def test_a_cut_is_a_few_pages_ahead_at_first_and_then_further() -> None:
    cutter, read = Cutter(), chain()
    fill(read, cutter, page(100, 200))
    assert cutter.may_cut([read], HORIZON)
    far = cutter.cut([read], HORIZON)
    assert far.lo == 200 + 16 * 100
    assert not cutter.may_cut([read, far], HORIZON), "neither has shown its density since"
    fill(far, cutter, page(far.lo, far.lo + 100))
    assert cutter.cut([far], HORIZON).lo == far.lo + 100 + 32 * 100


def test_a_second_is_never_cut() -> None:
    cutter, read = Cutter(), chain()
    fill(read, cutter, page(100, 100))
    rest = cutter.cut([read], HORIZON)
    assert rest.lo == 101
    fill(read, cutter, page(100, 100))
    assert not cutter.may_cut([read], HORIZON)


def test_cuts_are_rationed_by_the_pages_read() -> None:
    cutter, cuts = Cutter(), 0
    for _ in range(100):
        read = chain()
        fill(read, cutter, page(100, 101))
        if cutter.may_cut([read], HORIZON):
            cutter.cut([read], HORIZON)
            cuts += 1
    assert 19 <= cuts <= 19 + 100 / 25 + 1
