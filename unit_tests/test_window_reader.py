"""A reader of a window: which rows it emits, what is complete by a page, and how it goes on."""

from dataclasses import replace

import pytest

from source_klaviyo.protocol import FOREVER, Extract, ItemRequest, Page, Window
from source_klaviyo.sync.state.checkpoint import CursorCheckpoint
from source_klaviyo.sync.state.stream_state import CursorState
from source_klaviyo.sync.windows.seen_rows import IdMemory, SeenRows
from source_klaviyo.sync.windows.window_reader import WindowReader
from unit_tests.fakes import TwoPages
from unit_tests.pages import (
    FAR,
    accept,
    after,
    ids,
    no_cursor_reader,
    page,
    page_of,
    reader,
    rows_of,
)

# Rule 1: the next page comes by its page cursor where that names the last row, else by time.


def test_a_page_cursor_that_names_the_last_row_is_followed() -> None:
    read = reader()
    first = read.request()
    accept(read, page(100, 200))
    following = read.request()
    assert (first.token, following.token) == (None, "x")
    assert (first.restated, following.restated) == (False, False)


def test_a_page_cursor_that_names_no_row_is_not_followed_where_time_leads_on() -> None:
    """Recorded of forms (`next::created::V::updated::V`) and web feeds (`next::created::V`)."""
    read = after(reader(), page(100, 200, exact=False))
    request = read.request()
    assert (request.token, request.window) == (None, Window(200, FOREVER))
    again = page_of([*rows_of(200), ("new", 200), ("late", 300)], token=None, exact=False)
    assert ids(accept(read, again)) == ["new", "late"], "what has come before is known"


def test_a_page_behind_an_end_that_a_split_has_lowered_is_not_followed() -> None:
    """An import while a sync begins: the rows behind the horizon are the other reader's."""
    read = after(reader(horizon=500), page(100, 200))
    read.request()
    read.split(300)
    accept(read, page_of(rows_of(600, 601, 602), token="y"))
    request = read.request()
    assert (request.token, request.window) == (None, Window(200, 300))
    accept(read, page(200, more=False))
    assert read.finished


def test_pages_that_descend_to_a_window_are_followed() -> None:
    read = after(
        reader(hi=300, collection=TwoPages(ordered=False, newest_first=True)), page(700, 600)
    )
    assert read.request().token == "x"


def test_an_unordered_window_is_asked_anew_as_a_whole() -> None:
    read = after(reader(ordered=False), page(300, 200))
    read.ask_by_time()
    assert read.request().window == Window(100, FOREVER)
    assert ids(accept(read, page(300, 200, 250))) == ["250.0"]


def test_another_size_is_asked_for_only_where_no_row_can_be_skipped() -> None:
    read = reader(size=100)
    assert read.page_size
    accept(read, page(100, 200))
    read.page_size.shrink()
    read.ask_smaller()
    request = read.request()
    assert (request.token, request.page_size, request.restated) == ("x", 50, True)
    unordered = after(reader(size=100, ordered=False), page(300, 200, exact=False))
    unordered.ask_smaller()
    assert unordered.request().token is None


def test_a_row_that_changed_meanwhile_is_another_row() -> None:
    read = after(reader(), page_of([("a", 100), ("b", 100)]))
    assert ids(accept(read, page_of([("a", 300)], token=None))) == ["a"]


def test_a_row_that_stands_twice_on_a_page_comes_once() -> None:
    assert ids(accept(reader(), page_of([("a", 100), ("a", 100), ("b", 101)]))) == ["a", "b"]


# Rule 2: a second is complete when a row of a later second has come, or the pages have ended.


def test_a_page_completes_all_before_its_last_second() -> None:
    read = reader()
    assert accept(read, page(100, 150, 200)).completes == [Window(100, 200)]
    assert accept(read, page_of([("x", 200), ("y", 200)])).completes == []
    last = accept(read, page(210, more=False))
    assert last.completes == [Window(200, FOREVER)]
    assert not last.without_cursor, "rows without a cursor value are read elsewhere"
    assert read.finished


def test_a_split_reader_stops_at_its_new_end_and_drops_the_rows_of_the_other() -> None:
    read = after(reader(), page(100, 200))
    rest = read.split(250)
    assert rest.request().window == Window(250, FOREVER)
    delivery = accept(read, page(201, 249, 250))
    assert ids(delivery) == ["201.0", "249.0"]
    assert delivery.completes == [Window(200, 250)]
    assert read.finished


@pytest.mark.parametrize("ordered", [True, False])
def test_rows_before_1970_belong_to_the_first_window_alone(*, ordered: bool) -> None:
    collection = TwoPages(ordered=ordered)
    assert ids(accept(reader(0, collection=collection), page(-50, 150))) == ["-50.0", "150.0"]
    assert ids(accept(reader(100, collection=collection), page(-50, 150))) == ["150.0"]


@pytest.mark.parametrize(
    ("hi", "horizon", "halves"),
    [(200, FAR, (100, 150, 200)), (102, FAR, (100, 101, 102)), (FOREVER, 120, (100, 110, FOREVER))],
)
def test_a_window_is_halved_down_to_a_second_and_before_the_horizon(
    hi: int, horizon: int, halves: tuple[int, int, int]
) -> None:
    first = reader(hi=hi, horizon=horizon)
    second = first.halve()
    assert second
    assert (first.lo, first.hi, second.lo, second.hi) == (*halves[:2], *halves[1:])


def test_both_halves_are_asked_for_by_time_and_whole() -> None:
    first = after(reader(), page(100, 200))
    first.ask_with_less(frozenset({"include=tags"}))
    assert first.request().token
    second = first.halve()
    assert second
    for half in (first, second):
        request = half.request()
        assert (request.token, request.left_out) == (None, frozenset())
        assert request.window == Window(half.place.at, half.hi)


def test_once_a_page_has_come_with_less_the_next_is_given_fewer_tries() -> None:
    read = reader()
    read.ask_with_less(frozenset({"include=tags"}))
    accept(read, page(100, 200))
    for _ in range(2):
        assert not read.retry.exhausted(is_refusal=False)
        read.retry.wait(0.0)
    assert read.retry.exhausted(is_refusal=False)


def test_restarts_are_counted_anew_once_a_second_is_complete() -> None:
    read = reader()
    read.retry.restarts = 4
    accept(read, page(100, 100))
    assert read.retry.restarts == 4
    accept(read, page(200))
    assert read.retry.restarts == 0


@pytest.mark.parametrize("read", [reader(100, 101), reader(horizon=101), reader(ordered=False)])
def test_a_single_second_and_an_unordered_window_are_never_halved(read: WindowReader) -> None:
    assert read.halve() is None


def test_a_page_without_rows_is_not_the_end() -> None:
    read = reader()
    assert accept(read, page()).completes == []
    assert not read.finished
    assert accept(read, page(120, more=False)).completes == [Window(100, FOREVER)]


def test_a_window_is_complete_only_with_the_items_of_its_pages() -> None:
    read = reader()
    listed = replace(page(100, 200), extracts=[Extract(items=[ItemRequest("a"), ItemRequest("b")])])
    first = accept(read, listed)
    assert first.completes == []
    (view,) = read.views
    one, other = view.wanted(first)
    assert accept(read, page(300, more=False)).completes == []
    assert view.item_ended(one, 0, missed=False) is None
    done = view.item_ended(other, 0, missed=False)
    assert done
    assert done.completes == [Window(100, 200), Window(200, FOREVER)]


def test_the_second_of_an_item_that_cannot_be_read_stays_open() -> None:
    read = reader()
    listed = replace(page(100, 200), extracts=[Extract(items=[ItemRequest("a"), ItemRequest("b")])])
    (view,) = read.views
    one, other = view.wanted(accept(read, listed))
    accept(read, page(300, more=False))
    view.item_ended(one, 0, missed=False)
    done = view.item_ended(other, 0, missed=True)
    assert done
    assert done.completes == [Window(100, 200), Window(201, FOREVER)]


# Rule 3: a page that contradicts the order makes the window open again, until the pages end.


def test_a_page_out_of_order_reopens_the_window_and_nothing_is_complete_before_the_end() -> None:
    read = after(reader(), page(100, 150, 200))
    delivery = accept(read, page(190, 300))
    assert (delivery.completes, delivery.reopens) == ([], Window(100, 200))
    delivery = accept(read, page(400, 500))
    assert (delivery.completes, delivery.reopens) == ([], None)
    assert accept(read, page(600, more=False)).completes == [Window(100, FOREVER)]


def test_where_time_was_wrongly_relied_on_the_window_begins_anew() -> None:
    read = after(reader(), page(100, 200, exact=False), page(300, 250, exact=False))
    request = read.request()
    assert (request.token, request.window) == (None, Window(100, FOREVER))
    assert not read.finished


def test_an_unordered_collection_is_not_stopped_by_a_row_beyond_its_window() -> None:
    read = reader(100, 300, ordered=False)
    assert ids(accept(read, page(200, 350))) == ["200.0"]
    assert not read.finished
    assert accept(read, page(250, more=False)).completes == [Window(100, 300)]


def test_items_complete_nothing_of_a_window_that_is_open_again() -> None:
    read = reader()
    listed = replace(page(100, 200), extracts=[Extract(items=[ItemRequest("a")])])
    (view,) = read.views
    (item,) = view.wanted(accept(read, listed))
    accept(read, page(150, 300))
    assert view.item_ended(item, 0, missed=False) is None


# Rule 4: a second that fills a page is read from its other end as well.


def second(*names: str, token: str | None = "x") -> Page:
    return page_of([(name, 200) for name in names], token=token, exact=False)


def at_the_other_end(hi: int = FOREVER) -> WindowReader:
    read = after(reader(hi=hi, size=3), page(100, 200, exact=False), second("a", "b", "c"))
    request = read.request()
    assert (request.window, request.newest_first) == (Window(200, 201), True)
    return read


def test_rows_of_the_second_before_are_no_part_of_a_second_that_fills_a_page() -> None:
    """An operator of a bound may include the moment that it names."""
    read = after(
        reader(size=3),
        page(100, 200, exact=False),
        page_of([("x", 199), ("a", 200), ("b", 200)], exact=False),
    )
    request = read.request()
    assert (request.window, request.newest_first) == (Window(200, 201), True)


@pytest.mark.parametrize(
    "found",
    [second("e", "d", "c"), second("f", "e", "d", token=None)],
    ids=["overlaps", "has no more"],
)
def test_a_second_is_complete_where_its_ends_meet(found: Page) -> None:
    read = at_the_other_end()
    assert accept(read, found).completes == [Window(200, 201)]
    assert read.failure is None
    assert read.request().window == Window(201, FOREVER)


def test_a_window_ends_with_its_last_second_whose_ends_meet() -> None:
    read = at_the_other_end(hi=201)
    accept(read, second("e", "d", "c"))
    assert read.finished


@pytest.mark.parametrize(
    "found",
    [second("g", "f", "e"), second("a", "b", "c"), second("a", "b", "d")],
    ids=["a gap", "the same page", "the same order"],
)
def test_a_second_whose_ends_do_not_meet_fails(found: Page) -> None:
    read = at_the_other_end()
    assert accept(read, found).completes == []
    assert read.failure
    assert "share a second" in str(read.failure.message)


TIED = page(300, 200, 200, exact=False)
"""A page whose last two rows share a value, with a cursor that does not tell them apart."""
OVERLAPPING = [[("a", 300), ("b", 200), ("c", 200)], [("b", 200), ("c", 200), ("d", 200)]]


@pytest.mark.parametrize(
    ("pages", "fails"),
    [
        ([TIED, page(400, more=False, exact=False)], True),
        ([TIED, page(more=False)], True),
        ([page(300, 200, 200), page(400)], False),
        ([page(300, 200, exact=False), page(400)], False),
        ([page(300, exact=False), page(200, exact=False), page(100, more=False)], False),
        ([page_of(rows, exact=False) for rows in OVERLAPPING], False),
    ],
    ids=["a tie", "an empty end", "a named row", "no tie", "single rows", "rows that come again"],
)
def test_rows_that_a_page_cursor_may_have_passed_over_fail_where_time_leads_nowhere(
    pages: list[Page], *, fails: bool
) -> None:
    """A cursor that has the last value alone may begin the next page with all rows of the value."""
    read = after(reader(ordered=False), *pages)
    assert ("share the value 200" in str(read.failure and read.failure.message)) is fails


def test_a_request_by_time_passes_over_no_row() -> None:
    read = after(reader(ordered=False), TIED)
    read.ask_by_time()
    accept(read, page(300, 200, 200, 400, more=False))
    assert (read.finished, read.failure) == (True, None)


def test_rows_of_a_snapshot_share_no_value() -> None:
    read = after(
        reader(0, collection=TwoPages(has_cursor=False, ordered=False)),
        Page(["a", "b"], [], [Extract()], "x", exact=False, values=[None, None]),
        Page([], [], [Extract()]),
    )
    assert (read.finished, read.failure) == (True, None)


# Rows that have changed since the sync began.


def test_a_recent_row_is_emitted_wherever_it_stands_and_says_nothing_of_the_order() -> None:
    read = reader(100, 400, horizon=1_000)
    delivery = accept(read, page(100, 1_200, 1_000, 150))
    assert ids(delivery) == ["100.0", "1200.0", "1000.0", "150.0"]
    assert (delivery.completes, delivery.reopens) == ([Window(100, 150)], None)
    assert ids(accept(read, page(1_200, 300, more=False))) == ["300.0"]


def test_a_recent_row_that_several_readers_bring_comes_once() -> None:
    read = after(reader(horizon=1_000), page(100, 200))
    rest = read.split(500)
    assert ids(accept(read, page(300, 1_200))) == ["300.0", "1200.0"]
    assert ids(accept(rest, page(500, 1_200, more=False))) == ["500.0"]


def test_a_recent_row_is_left_to_the_readers_of_windows() -> None:
    read = no_cursor_reader(horizon=1_000)
    found = page(None, 1_200, more=False)
    assert ids(accept(read, found)) == ["None.0"]
    window = reader(horizon=1_000)
    window.rows.recent = read.rows.recent
    assert ids(accept(window, found)) == ["1200.0"]


@pytest.mark.parametrize(
    "between",
    [page_of([("b", 200), ("c", 200)]), page_of([("b", 200), ("c", 1_000)]), page()],
    ids=["of the same second", "of the horizon", "empty"],
)
def test_the_last_second_is_remembered_as_long_as_no_row_of_a_later_one_has_come(
    between: Page,
) -> None:
    read = after(reader(horizon=1_000), page(100, 200), between)
    read.ask_by_time()
    again = page_of([("200.0", 200), ("b", 200), ("c", 200), ("d", 300)], token=None)
    assert "200.0" not in ids(accept(read, again))


def test_pages_in_order_cost_the_memory_of_a_page_or_two() -> None:
    memory = IdMemory()
    read = reader()
    read.rows.seen = SeenRows(memory)
    before = memory.left
    for number in range(100, 200):
        accept(read, page(10 * number, 10 * number + 5))
        assert before - memory.left <= 4
    read.close()
    assert memory.left == before


def test_rows_far_in_the_future_are_named_and_come_once() -> None:
    checkpoint = CursorCheckpoint(CursorState(100), 0, 0, 1_005)
    came = []
    for _ in range(2):
        read = reader(horizon=1_000)
        read.views[0].checkpoint = checkpoint
        delivery = accept(read, page(100, 4_599, 4_605))
        checkpoint.note_ahead(delivery.ahead)
        came.append((ids(delivery), list(delivery.ahead)))
    near, far = ("4599.0", 4_599), ("4605.0", 4_605)
    assert came == [(["100.0", "4599.0", "4605.0"], [near, far]), (["100.0", "4599.0"], [near])]
    assert checkpoint.current(1_000).ahead == (far,)


def test_a_row_of_the_future_that_state_names_does_not_come_again_in_its_last_hour() -> None:
    read = reader(horizon=1_000)
    state = CursorState(100, ahead=(("1500.0", 1_500),))
    read.views[0].checkpoint = CursorCheckpoint(state, 0, 0, 1_005)
    assert ids(accept(read, page(100, 1_500, 1_501))) == ["100.0", "1501.0"]


def test_no_window_begins_behind_the_horizon() -> None:
    read = after(reader(horizon=1_000), page(100, 1_200, 1_300), page(999, 1_400))
    read.ask_by_time()
    assert read.request().window == Window(999, FOREVER)


# Other ways to read.


def newest_first() -> TwoPages:
    return TwoPages(ordered=False, newest_first=True)


def test_newest_first_a_window_is_read_down_to_its_start() -> None:
    read = reader(collection=newest_first())
    assert accept(read, page(300, 200)).completes == []
    delivery = accept(read, page(150, 99))
    assert ids(delivery) == ["150.0"]
    assert delivery.completes == [Window(100, FOREVER)]


def test_newest_first_the_first_second_of_a_window_may_go_on_on_the_next_page() -> None:
    read = after(reader(collection=newest_first()), page(300, 100))
    assert ids(accept(read, page_of([("late", 100)], token=None))) == ["late"]


def test_what_changed_during_a_full_refresh_is_looked_for_on_all_pages() -> None:
    read = reader(900, horizon=1_000, collection=newest_first(), follows_order=False)
    accept(read, page(950, 800))
    assert not read.finished
    assert ids(accept(read, page(1_200, more=False))) == ["1200.0"]


def test_newest_first_a_page_out_of_order_does_not_end_the_window() -> None:
    read = after(reader(collection=newest_first()), page(300, 90, 200))
    assert not read.finished
    assert accept(read, page(150, more=False)).completes == [Window(100, FOREVER)]


def test_rows_without_a_cursor_are_read_from_the_other_end_and_no_others() -> None:
    read = no_cursor_reader()
    request = read.request()
    assert (request.newest_first, request.window) == (True, Window())
    assert ids(accept(read, page(None, None))) == ["None.0", "None.1"]
    delivery = accept(read, page_of([("None.1", None), ("c", None), ("d", 300)]))
    assert ids(delivery) == ["c"]
    assert delivery.without_cursor
    assert delivery.completes == [], "rows with a cursor value are read elsewhere"
    assert read.finished


def test_rows_without_a_cursor_may_be_at_either_end() -> None:
    read = no_cursor_reader()
    read.ask_both_ends()
    assert not accept(read, page(300, 200)).without_cursor
    request = read.request()
    assert (request.token, request.newest_first, request.window) == (None, False, Window())
    assert accept(read, page(None, 100)).without_cursor


# Pages without an end.


def after_known_pages(read: WindowReader, most: int) -> list[str | None]:
    """Let up to `most` pages of known rows arrive; return the page cursors that brought them."""
    accept(read, page(100, 200))
    asked = list[str | None]()
    while not read.failure and len(asked) < most:
        asked.append(read.request().token)
        accept(read, page_of(rows_of(200), token=f"{len(asked)}"))
    return asked


def test_known_pages_are_asked_for_by_time_once_before_they_are_given_up() -> None:
    read = reader()
    asked = after_known_pages(read, 100)
    assert [number for number, token in enumerate(asked) if token is None] == [20]
    assert len(asked) == 40
    assert read.failure
    assert "brings no new row" in str(read.failure.message)


def test_after_a_new_row_known_pages_are_counted_anew_and_time_may_be_tried_again() -> None:
    read = reader()
    after_known_pages(read, 39)
    accept(read, page_of(rows_of(300), token="new"))
    for number in range(20):
        accept(read, page_of(rows_of(300), token=f"n{number}"))
    assert read.failure is None
    assert read.request().token is None


def test_a_last_page_of_known_rows_is_the_end_and_no_failure() -> None:
    read = reader()
    after_known_pages(read, 39)
    assert accept(read, page(200, more=False)).completes == [Window(200, FOREVER)]
    assert (read.finished, read.failure) == (True, None)


def test_a_page_without_rows_behind_a_second_does_not_fill_it() -> None:
    read = after(
        reader(), page(100, 200, exact=False), page(200), page_of([], token="z", exact=False)
    )
    request = read.request()
    assert (request.token, request.newest_first) == ("z", False)


def test_a_snapshot_in_a_circle_is_given_up_though_nothing_is_remembered() -> None:
    read = reader(0, collection=TwoPages(has_cursor=False, ordered=False))
    for number in range(5_000):
        if read.failure:
            break
        found = Page([f"{number}"], [], [Extract()], f"page {number % 700}")
        accept(read, found)
    assert read.failure
    assert "leads back" in str(read.failure.message)


def test_pages_without_rows_are_bounded() -> None:
    read = reader(ordered=False)
    for number in range(3_000):
        if read.failure:
            break
        accept(read, page_of([], token=f"{number}"))
    assert read.failure
    assert "brings no new row" in str(read.failure.message)
