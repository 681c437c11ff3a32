"""Readers of a window: what a page completes, what it says of the order, and how it goes on."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from source_klaviyo.protocol import (
    BEGINNING,
    FOREVER,
    Extract,
    ItemRequest,
    Page,
    PageRequest,
    Window,
)
from source_klaviyo.sync.new_rows import NewRows
from source_klaviyo.sync.page_chain import PageChain
from source_klaviyo.sync.page_order import PageOrder
from source_klaviyo.sync.page_size import CollectionPageSize, RangePageSize
from source_klaviyo.sync.pagination import RangeReader
from source_klaviyo.sync.range_view import RangeView, ViewStep
from source_klaviyo.sync.ranges import merge, subtract
from source_klaviyo.sync.seen_rows import IdMemory, SeenRows
from unit_tests.fakes import record

Row = tuple[str, int | None]


def rows_of(*cursors: int | None) -> list[Row]:
    """Return rows whose ids tell their cursors, and ties apart."""
    seen = list[int | None]()
    rows = list[Row]()
    for cursor in cursors:
        rows.append((f"{cursor}.{seen.count(cursor)}", cursor))
        seen.append(cursor)
    return rows


def page_of(rows: Sequence[Row], *, token: str | None = "x", exact: bool = True) -> Page:
    extract = Extract([record(name) for name, _ in rows])
    ids, cursors = [name for name, _ in rows], [cursor for _, cursor in rows]
    return Page(ids, cursors, [extract], token, exact=exact)


def page(*cursors: int | None, more: bool = True) -> Page:
    return page_of(rows_of(*cursors), token="x" if more else None)


def reader(
    lo: int = 100,
    hi: int = FOREVER,
    *,
    lowest: bool = True,
    ordered: bool = True,
    newest_first: bool = False,
    without_cursor: bool = False,
) -> RangeReader:
    return RangeReader(
        0,
        {},
        lo,
        hi,
        [RangeView(0, lo)],
        FOREVER,
        lowest,
        PageOrder(ordered),
        NewRows(SeenRows(IdMemory()), SeenRows(IdMemory())),
        newest_first=newest_first,
        without_cursor=without_cursor,
    )


def accept(read: RangeReader, page: Page) -> ViewStep:
    (step,) = read.accept(page, (0,))
    return step


def ids(step: ViewStep) -> list[str]:
    return [bytes(piece).decode().split('"')[3] for piece, _ in step.extract.records]


def test_a_page_completes_what_lies_before_its_last_second() -> None:
    read = reader()
    assert accept(read, page(100, 150, 200)).completes == [Window(100, 200)]
    assert accept(read, page(200, 200)).completes == []
    assert accept(read, page(200, 210, more=False)).completes == [Window(200, FOREVER)]
    assert read.finished


def test_pages_out_of_order_reopen_what_was_read_and_complete_nothing_before_the_end() -> None:
    read = reader()
    accept(read, page(100, 150, 200))
    step = accept(read, page(190, 300))
    assert (step.completes, step.reopens) == ([], Window(100, 200))
    step = accept(read, page(400, 500))
    assert (step.completes, step.reopens) == ([], None)
    assert accept(read, page(600, more=False)).completes == [Window(100, FOREVER)]


def test_pages_that_could_not_be_sorted_reopen_as_well() -> None:
    read = reader()
    accept(read, page(100, 200))
    step = accept(read, replace(page(250, 300), sorted=False))
    assert (step.completes, step.reopens) == ([], Window(100, 200))


def test_an_unordered_collection_is_not_stopped_by_a_row_beyond_its_window() -> None:
    read = reader(100, 300, ordered=False)
    assert ids(accept(read, page(350, 200))) == ["200.0"]
    assert not read.finished
    assert accept(read, page(250, more=False)).completes == [Window(100, 300)]


def test_a_split_reader_stops_at_its_new_end_and_drops_what_the_other_reads() -> None:
    read = reader()
    accept(read, page(100, 200))
    rest = read.split(250)
    assert rest.window == Window(250, FOREVER)
    step = accept(read, page(201, 249, 250, 260, 300))
    assert ids(step) == ["201.0", "249.0"]
    assert step.completes == [Window(200, 250)]
    assert read.finished


def test_the_last_row_of_a_page_alone_proves_nothing() -> None:
    read = reader(hi=1_000)
    read.request()
    step = accept(read, page(100, 110, 120, 130, 5_000))
    assert ids(step)[-1] == "5000.0"
    assert not read.finished, "it may stand where it stood before it changed"
    assert step.completes == [Window(100, 120)]
    step = accept(read, page(140, 150, more=False))
    assert ids(step) == ["140.0", "150.0"]
    assert step.reopens == Window(100, 120)
    assert step.completes == [Window(100, 1_000)]


def test_a_row_that_stands_twice_on_a_page_comes_once() -> None:
    step = accept(reader(), page_of([("a", 100), ("b", 110), ("a", 100), ("a", 120)]))
    assert ids(step) == ["a", "b", "a"], "changed meanwhile, it is another row"


def test_pages_of_a_row_that_lead_no_further_are_given_up_though_nothing_is_remembered() -> None:
    read = reader(ordered=False)
    read.rows.seen = SeenRows(IdMemory(0))
    accept(read, page(1, 2))
    for number in range(1, 4):
        read.restart()
        read.request()
        step = accept(read, page(1, 2))
        assert ids(step) == ["1.0", "2.0"], "there is no room to remember them"
        assert read.retry.restarts == number
    accept(read, page(3, 4))
    assert read.retry.restarts == 0


def test_a_token_that_may_be_the_number_of_a_page_is_never_followed_to_larger_pages() -> None:
    read = reader(ordered=False)
    read.page_size = RangePageSize(CollectionPageSize(100), 100)
    read.request()
    accept(read, page_of(rows_of(*range(100)), exact=False))
    assert (read.request().token, read.request().page_size) == ("x", 100)
    assert read.page_size.shrink()
    read.ask_anew()
    assert (read.request().token, read.request().page_size) == ("x", 50), "it leads back"
    accept(read, page_of(rows_of(*range(50, 100)), exact=False))
    read.page_size.served()
    read.page_size.served()
    accept(read, page_of(rows_of(*range(100, 150)), exact=False))
    assert (read.request().token, read.request().page_size) == ("x", 50), "it would lead ahead"


def test_a_row_that_changed_since_the_sync_began_says_nothing_of_the_order() -> None:
    read = reader()
    read.horizon = 500
    accept(read, page(100, 110, 600, 120, 130))
    assert (read.order.ascends, read.position) == (True, 110)


def test_where_order_was_wrongly_relied_on_the_window_is_read_from_its_beginning() -> None:
    read = reader(hi=1_000)
    accept(read, page(100, 110, 120, 130, 140))
    read.split(900)
    accept(read, replace(page(150, 160, 170, 180, 190), exact=False))
    read.begin(frozenset())
    assert read.request().window == Window(170, 900)
    step = accept(read, page(200, 175, 210, more=False))
    assert not read.finished
    assert step.reopens == Window(100, 170)
    read.begin(frozenset())
    assert (read.request().token, read.request().window) == (None, Window(100, 900))
    step = accept(read, page(100, 105, more=False))
    assert (ids(step), step.completes, read.finished) == (
        ["100.0", "105.0"],
        [Window(100, 900)],
        True,
    )


def test_a_row_that_moved_beyond_the_end_while_its_page_was_served_is_kept() -> None:
    read = reader(hi=500)
    read.request()
    step = accept(read, page(100, 900, 120, 130))
    assert ids(step) == ["100.0", "900.0", "120.0", "130.0"]
    late = reader()
    late.request()
    accept(late, page(100, 110, 120, 130, 140))
    late.split(500)
    step = accept(late, page(150, 900, 160, 170, 180, 600))
    assert ids(step) == ["150.0", "900.0", "160.0", "170.0", "180.0"], "600 may be at its place"


def test_a_row_at_the_end_that_was_asked_for_is_left_to_the_next_window() -> None:
    read = reader(hi=500)
    read.request()
    step = accept(read, page(100, 120, 130, 500, more=False))
    assert ids(step) == ["100.0", "120.0", "130.0"]


def test_a_row_last_on_its_page_that_turns_out_to_have_moved_is_read_again() -> None:
    read = reader()
    read.request()
    accept(read, page(100, 110, 120, 130, 140))
    read.split(500)
    step = accept(read, page(150, 160, 170, 180, 600))
    assert (ids(step)[-1], read.finished, read.chain.token) == ("180.0", False, "x")
    accept(read, page(190, 200, 210, more=False))
    assert not read.finished
    assert (read.request().token, read.request().window) == (None, Window(100, 500))
    step = accept(read, page(170, 180, 600, 190, more=False))
    assert "600.0" in ids(step)


def test_a_row_that_has_changed_is_kept_at_its_old_place_though_the_window_was_split() -> None:
    read = reader()
    read.horizon = 1_000
    read.request()
    rest = read.split(500)
    step = accept(read, page_of([("a", 100), ("beyond", 600), ("changed", 1_100)], token=None))
    assert ids(step) == ["a", "changed"]
    rest.request()
    again = accept(rest, page_of([("beyond", 600), ("changed", 1_100)], token=None))
    assert ids(again) == ["beyond"], "it comes once"


def test_a_split_reader_follows_its_pages_to_its_new_end() -> None:
    read = reader()
    accept(read, page(100, 200))
    read.split(500)
    accept(read, page(201, 300))
    assert (read.chain.token, read.window) == ("x", Window(300, 500))
    step = accept(read, page(400, 500, 510, 520))
    assert (ids(step), read.finished) == (["400.0"], True)


def test_pages_behind_an_end_that_came_later_are_not_followed() -> None:
    read = reader()
    read.horizon = 1_000
    read.request()
    read.split(500)
    accept(read, page(1_100, 1_200))
    assert (read.chain.token, read.finished) == (None, False)
    assert read.request().window == Window(100, 500)
    assert accept(read, page(more=False)).completes == [Window(100, 500)]


def test_what_lies_before_the_only_second_of_a_page_is_asked_for() -> None:
    read = reader()
    read.request()
    assert accept(read, page_of(rows_of(200, 200), exact=False)).completes == []
    before = read.split_before_only_second()
    assert before
    assert (before.window, read.request().window) == (Window(100, 200), Window(200))
    assert (before.lowest, read.lowest) == (True, False)
    assert ids(accept(before, page(100, 150, more=False))) == ["100.0", "150.0"]
    assert ids(accept(read, page_of([*rows_of(200, 200), ("new", 200)], token=None))) == ["new"]


def test_pages_that_are_followed_show_the_order_sooner_or_later() -> None:
    read = reader()
    read.request()
    assert accept(read, page(200, 200)).completes == []
    assert (read.split_before_only_second(), read.chain.token) == (None, "x")
    assert accept(read, page(210, 220)).completes == [Window(100, 220)]


def test_each_view_of_a_split_reader_keeps_what_it_misses() -> None:
    read = reader()
    read.views = [RangeView(0, 100), RangeView(1, 400)]
    rest = read.split(250)
    assert [(view.view, view.lo) for view in rest.views] == [(0, 250), (1, 400)]
    first, second = replace(page(100, 200)), Extract([record("a"), record("b")])
    steps = read.accept(replace(first, extracts=[second, second]), (0, 1))
    assert [len(step.extract.records) for step in steps] == [2, 0]
    assert [step.completes for step in steps] == [[Window(100, 200)], []]


def test_rows_before_the_window_are_dropped_where_another_window_holds_them() -> None:
    assert ids(accept(reader(lowest=False), page(99, 100))) == ["100.0"]
    assert ids(accept(reader(lowest=True), page(99, 100))) == ["99.0", "100.0"]


@pytest.mark.parametrize("ordered", [True, False])
def test_rows_before_1970_are_kept_by_the_first_window_alone(*, ordered: bool) -> None:
    old = page(-90_000, -1, 0, 5, more=False)
    kept = accept(reader(BEGINNING, ordered=ordered), old)
    assert ids(kept) == ["-90000.0", "-1.0", "0.0", "5.0"]
    assert kept.completes == [Window(BEGINNING, FOREVER)]
    assert ids(accept(reader(1, lowest=False, ordered=ordered), old)) == ["5.0"]


def test_rows_without_a_cursor_are_kept_and_complete_nothing() -> None:
    step = accept(reader(), page(None, None))
    assert ids(step) == ["None.0", "None.1"]
    assert step.completes == []


def test_an_empty_page_with_a_next_one_is_not_the_end() -> None:
    read = reader()
    assert accept(read, page()).completes == []
    assert not read.finished
    assert read.chain.token == "x"


def test_a_lost_token_asks_anew_from_the_last_second_and_drops_what_comes_again() -> None:
    read = reader()
    accept(read, page(100, 200, 200))
    read.restart()
    read.request()
    assert (read.chain.token, read.window) == (None, Window(200, FOREVER))
    step = accept(read, page(200, 200, 200, 300))
    assert ids(step) == ["200.2", "300.0"]
    assert step.reopens is None


def test_an_unordered_window_is_asked_anew_as_a_whole_and_drops_what_comes_again() -> None:
    read = reader(ordered=False)
    accept(read, page(300, 100))
    accept(read, page(None, 250))
    read.restart()
    read.request()
    assert (read.chain.token, read.window) == (None, Window(100, FOREVER))
    assert ids(accept(read, page(300, 100, None, 150))) == ["150.0"]


def test_a_row_that_has_changed_meanwhile_is_another() -> None:
    read = reader(ordered=False)
    accept(read, page_of([("a", 100), ("b", 150)]))
    assert ids(accept(read, page_of([("a", 100), ("b", 160)]))) == ["b"]


def test_restarts_are_counted_while_they_bring_nothing_new() -> None:
    read = reader(ordered=False)
    accept(read, page(100, 200))
    for number in range(1, 4):
        read.restart()
        read.request()
        accept(read, page(100, 200))
        assert read.retry.restarts == number
    accept(read, page(100, 200, 300))
    assert read.retry.restarts == 0


def test_a_token_that_comes_again_leads_in_a_circle() -> None:
    chain, found = PageChain(), list[bool]()
    for token in ("a", "b", None, None, "a"):
        chain.follow(page_of([], token=token))
        found.append(chain.leads_back())
    assert found == [False, False, False, False, True]
    chain.restart()
    chain.follow(page_of([], token="a"))
    assert not chain.leads_back()


def test_pages_without_a_new_row_are_counted() -> None:
    read = reader(ordered=False)
    for _ in range(999):
        accept(read, page())
    assert not read.new_rows_unlikely
    accept(read, page())
    assert read.new_rows_unlikely


def test_a_new_row_ends_the_count() -> None:
    read = reader(ordered=False)
    for number in range(1_500):
        accept(read, page(500) if number == 900 else page())
    assert read.pages_without_rows == 599


def test_newest_first_a_window_is_read_down_to_its_start() -> None:
    read = reader(100, ordered=False, newest_first=True, lowest=False)
    assert accept(read, page(300, 200)).completes == []
    step = accept(read, page(150, 99, 98))
    assert ids(step) == ["150.0"]
    assert step.completes == [Window(100, FOREVER)]
    assert read.finished


def test_newest_first_a_page_that_is_out_of_order_does_not_end_it() -> None:
    read = reader(100, ordered=False, newest_first=True, lowest=False)
    accept(read, page(300, 90, 200))
    assert not read.finished
    assert ids(accept(read, page(150, more=False))) == ["150.0"]


def test_newest_first_a_page_of_one_second_is_not_the_end() -> None:
    read = reader(100, newest_first=True, ordered=False)
    accept(read, page(50, 50, 50))
    assert not read.finished, "Klaviyo may sort the other way"
    accept(read, page(50, 40))
    assert read.finished


def test_newest_first_pages_that_were_out_of_order_are_read_to_their_end() -> None:
    read = reader(100, ordered=False, newest_first=True, lowest=False)
    accept(read, page(300, 90, 200))
    accept(read, page(80, 70))
    assert not read.finished, "the order has turned out not to be what it seemed"
    across = reader(100, ordered=False, newest_first=True, lowest=False)
    accept(across, page(300, 200))
    accept(across, page(250, 90))
    assert not across.finished


def test_newest_first_rows_before_1970_are_read_as_well() -> None:
    read = reader(BEGINNING, ordered=False, newest_first=True)
    assert ids(accept(read, page(5, -1, -90_000, more=False))) == ["5.0", "-1.0", "-90000.0"]


def test_rows_without_a_cursor_may_be_anywhere_where_klaviyo_does_not_sort() -> None:
    read = reader(BEGINNING, ordered=False, without_cursor=True)
    accept(read, replace(page(None, 300), sorted=False))
    assert not read.finished


def test_rows_of_other_windows_are_no_sign_of_a_circle() -> None:
    read = reader(100, ordered=False)
    read.hi = 200
    for number in range(1_001):
        accept(read, page_of([(f"beyond {number}", 500 + number)]))
    assert not read.new_rows_unlikely


def test_what_items_complete_is_not_complete_after_the_pages_turned_out_unordered() -> None:
    read = reader()
    listed = replace(page(100, 200), extracts=[Extract(items=[ItemRequest("a"), ItemRequest("b")])])
    step = accept(read, listed)
    assert accept(read, page(150, 300)).reopens == Window(100, 200)
    for _, pending in step.items:
        pending.items -= 1
    assert read.views[0].completed() == ([], False), "rows of that window may still come"


def test_only_rows_without_a_cursor_are_read_from_the_end() -> None:
    read = reader(BEGINNING, ordered=False, without_cursor=True)
    first = accept(read, page(None, None))
    assert (ids(first), first.completes) == (["None.0", "None.1"], [])
    assert not read.finished
    assert read.chain.token == "x"
    step = accept(read, page_of([("late", None), ("a", 900), ("b", 800)]))
    assert ids(step) == ["late"]
    assert (step.completes, step.without_cursor) == ([], True)
    assert read.finished


def test_rows_without_a_cursor_that_are_not_sorted_last_are_sorted_first() -> None:
    read = reader(BEGINNING, ordered=False, without_cursor=True)
    step = accept(read, page_of([("a", 900), ("b", 800)]))
    assert (ids(step), step.without_cursor) == ([], False)
    assert not read.finished
    assert (read.request().newest_first, read.request().token) == (False, None)
    step = accept(read, page_of([("early", None), ("c", 100)]))
    assert (ids(step), step.completes, step.without_cursor) == (["early"], [], True)
    assert read.finished


def test_pages_that_are_not_sorted_are_read_to_their_end_for_rows_without_a_cursor() -> None:
    read = reader(BEGINNING, ordered=False, without_cursor=True)
    accept(read, page_of([("a", 900), ("n", None), ("b", 800)]))
    accept(read, page_of([("c", 700), ("d", 950)]))
    assert not read.finished
    step = accept(read, page_of([("e", 100), ("late", None)], token=None))
    assert (ids(step), step.without_cursor, read.finished) == (["late"], True, True)


def test_a_window_is_read_only_when_the_items_of_its_pages_are_out() -> None:
    read = reader(100, 300, ordered=False)
    listed = replace(page(150, 200), extracts=[Extract(items=[ItemRequest("a"), ItemRequest("b")])])
    step = accept(read, listed)
    assert step.completes == []
    assert [item.id for item, _ in step.items] == ["a", "b"]
    assert accept(read, page(250, more=False)).completes == []
    (_, pending), (_, same) = step.items
    assert pending is same
    pending.items -= 1
    assert read.views[0].completed() == ([], False)
    pending.items -= 1
    assert read.views[0].completed() == ([Window(100, 300)], False)


def test_a_smaller_page_begins_at_the_position_where_there_is_one() -> None:
    read = reader()
    read.page_size = RangePageSize(CollectionPageSize(100), 100)
    accept(read, page(100, 200))
    assert read.page_size.shrink()
    read.ask_anew()
    assert (read.chain.token, read.window) == (None, Window(200, FOREVER))
    unordered = reader(ordered=False)
    accept(unordered, page(100, 200))
    unordered.ask_anew()
    assert unordered.chain.token == "x", "a new beginning would bring all of it again"


def test_a_second_of_many_pages_is_not_begun_again_for_smaller_ones() -> None:
    read = reader()
    read.page_size = RangePageSize(CollectionPageSize(100), 100)
    read.request()
    accept(read, page(100, 150, 200))
    assert read.page_size.shrink()
    read.ask_anew()
    assert read.request() == PageRequest({}, Window(200), (0,), page_size=50)
    accept(read, page_of([("more", 200)], token="y"))
    assert read.page_size.shrink()
    read.ask_anew()
    assert read.request() == PageRequest({}, Window(200), (0,), "y", 25)


Cursors = Literal["exact", "opaque", "value only", "value, inclusive"]
BY_VALUE = ("value only", "value, inclusive")


class Server:
    """Serves rows in ascending order, or a window from its end.

    Page cursors name the last row, or are right but unreadable, or have the last row's value only.
    Then rows of the same value that did not fit on the page are skipped; or, inclusive, a page
    begins with all rows of that value. With `same_ties` rows of one value come in the same order
    from either end.
    """

    def __init__(
        self,
        rows: Sequence[Row],
        size: int,
        *,
        tell: Cursors,
        nulls_first: bool,
        same_ties: bool = False,
    ) -> None:
        nulls = [row for row in rows if row[1] is None]
        others = sorted((row for row in rows if row[1] is not None), key=lambda row: row[1] or 0)
        self._rows = [*nulls, *others] if nulls_first else [*others, *nulls]
        self._size = size
        self._tell = tell
        self._same_ties = same_ties
        self._following: dict[str, list[Row]] = {}

    def fetch(self, read: RangeReader) -> Page:
        request = read.request()
        size = request.page_size or self._size
        rows = self._following[request.token] if request.token else self._selected(request)
        found, rest = rows[:size], rows[size:]
        if not rest:
            return page_of(found, token=None)
        if self._tell == "value only" and found[-1][1] is not None:
            rest = [row for row in rest if row[1] != found[-1][1]]
        if self._tell == "value, inclusive":
            rest = [*(row for row in found if row[1] == found[-1][1]), *rest]
        token = str(len(self._following))
        self._following[token] = rest
        return page_of(found, token=token, exact=self._tell == "exact")

    def _selected(self, request: PageRequest) -> list[Row]:
        if request.window == Window():
            return self._rows
        rows = [row for row in self._rows if row[1] is not None and row[1] in request.window]
        if not request.newest_first:
            return rows
        return sorted(rows, key=lambda row: -(row[1] or 0)) if self._same_ties else rows[::-1]


def read_all(server: Server, read: RangeReader, most: int = 500) -> list[str]:
    found = list[str]()
    for _ in range(most):
        for step in read.accept(server.fetch(read), (0,)):
            found += ids(step)
        if before := read.split_before_only_second():
            found += read_all(server, before, most)
        if read.finished or read.ties.lost:
            return found
    raise AssertionError("it has no end")


@example(
    cursors=[100] * 4, size=1, largest=3, tell="value only", nulls_first=False, same_ties=False
)
@example(
    cursors=[100] * 3, size=1, largest=2, tell="value only", nulls_first=False, same_ties=False
)
@example(cursors=[100] * 3, size=1, largest=2, tell="value only", nulls_first=False, same_ties=True)
@example(
    cursors=[100] * 4 + [101],
    size=3,
    largest=3,
    tell="value, inclusive",
    nulls_first=False,
    same_ties=False,
)
@given(
    cursors=st.lists(st.integers(100, 110), max_size=40),
    size=st.integers(1, 8),
    largest=st.integers(1, 12),
    tell=st.sampled_from(get_args(Cursors)),
    nulls_first=st.booleans(),
    same_ties=st.booleans(),
)
def test_ties_across_page_ends_are_complete_and_come_once(
    *,
    cursors: list[int],
    size: int,
    largest: int,
    tell: Cursors,
    nulls_first: bool,
    same_ties: bool,
) -> None:
    rows = rows_of(*cursors)
    largest = max(size, largest)
    server = Server(rows, size, tell=tell, nulls_first=nulls_first, same_ties=same_ties)
    read = reader()
    read.page_size = RangePageSize(CollectionPageSize(largest), size, size)
    found = read_all(server, read)
    assert len(found) == len(set(found))
    # From both of its ends no more than two pages of a second can be seen, and that they meet only
    # where they overlap.
    most = max((cursors.count(each) for each in cursors), default=0)
    missing = {name for name, _ in rows} - set(found)
    assert read.ties.lost or not missing
    if tell not in BY_VALUE or most <= largest or (most < 2 * largest and not same_ties):
        assert not read.ties.lost


def test_that_no_row_was_skipped_within_a_second_is_no_proof_for_the_next() -> None:
    read = reader()
    first = page_of(rows_of(100, 100, 100, 100), exact=False)
    accept(read, first)
    assert read.request().token, "a second is followed to its end"
    accept(read, page_of([("more", 100), ("a", 150), ("b", 160), ("c", 200)], exact=False))
    assert read.request() == PageRequest({}, Window(150), (0,))


def test_a_page_that_goes_on_within_the_second_is_no_proof_where_cursors_are_finer() -> None:
    read = reader()
    cursors, at = [100, 100], ["100.1", "100.1"]
    accept(read, replace(page_of(rows_of(*cursors), exact=False), values=at))
    other = replace(page_of([("other", 100)], exact=False), values=["100.2"])
    assert read.accept(other, (0,)) == [], "rows at 100.1 may have been skipped"
    assert read.request() == PageRequest({}, Window(100, 101), (0,), newest_first=True)


@given(
    cursors=st.lists(st.integers(90, 300), min_size=1, max_size=40, unique=True),
    size=st.integers(2, 8),
)
def test_windows_without_order_or_following_pages_are_halved_until_a_page_holds_each(
    cursors: list[int], size: int
) -> None:
    rows = rows_of(*cursors)
    waiting, found, complete = [reader(90, ordered=False)], list[str](), list[Window]()
    waiting[0].splittable = True
    while waiting:
        read = waiting[-1]
        inside = [row for row in rows if row[1] is not None and row[1] in read.window]
        more = "x" if inside[size:] else None
        step = accept(read, page_of(inside[:size], token=more))
        found += ids(step)
        complete = merge([*complete, *step.completes])
        if read.finished:
            waiting.pop().close()
            continue
        read.restart()
        read.request()
        rest = read.halve()
        assert rest
        waiting.append(rest)
    assert sorted(found) == sorted(name for name, _ in rows)
    assert complete == [Window(90, FOREVER)]


def test_no_window_is_halved_in_the_future() -> None:
    read = reader(90, ordered=False)
    read.splittable, read.horizon = True, 120
    accept(read, page(100, 1_000))
    rest = read.halve()
    assert rest
    assert read.hi == rest.lo <= 120
    accept(rest, page(130, 1_000))
    assert rest.halve() is None


def test_rows_of_the_last_moments_that_fill_every_page_are_told_soon() -> None:
    read = reader()
    read.horizon = 150
    server = Server(rows_of(*[200] * 4), 3, tell="value, inclusive", nulls_first=False)
    found = read_all(server, read, most=5)
    assert len(found) == 3
    assert read.ties.lost


def test_where_a_window_has_no_end_skipped_ties_are_told() -> None:
    rows = rows_of(100, 100, 100, 101)
    read = reader()
    read.splittable = False
    found = read_all(Server(rows, 2, tell="value only", nulls_first=True), read)
    assert {*found} < {name for name, _ in rows}
    assert read.ties.lost


@given(
    cursors=st.lists(st.none() | st.integers(-5, 30), min_size=1, max_size=40),
    size=st.integers(1, 8),
    nulls_first=st.booleans(),
)
def test_one_reader_of_everything_reads_rows_without_a_cursor_wherever_they_are_sorted(
    *, cursors: list[int | None], size: int, nulls_first: bool
) -> None:
    rows = rows_of(*cursors)
    server = Server(rows, size, tell="exact", nulls_first=nulls_first)
    assert sorted(read_all(server, reader(BEGINNING))) == sorted(name for name, _ in rows)


@given(st.lists(st.lists(st.integers(90, 130), max_size=5), min_size=1, max_size=12))
def test_in_whatever_order_pages_come_each_row_comes_once_and_all_is_complete_at_the_end(
    pages: list[list[int]],
) -> None:
    rows = rows_of(*(cursor for cursors in pages for cursor in cursors))
    read, found, complete, start = reader(90), list[str](), list[Window](), 0
    for number, cursors in enumerate(pages):
        served = rows[start : start + len(cursors)]
        start += len(cursors)
        step = accept(read, page_of(served, token=None if number + 1 == len(pages) else "x"))
        found += ids(step)
        complete = subtract(complete, [step.reopens] if step.reopens else [])
        complete = merge([*complete, *step.completes])
        assert read.order.ascends or read.finished or complete == []
    assert found == [name for name, _ in rows]
    assert complete == [Window(90, FOREVER)]
