"""Sizes of pages: what Klaviyo serves, what memory holds, and what a fault makes of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_klaviyo.sync.windows.page_size import CollectionPageSize, RangePageSize


def sizes(largest: int = 1000) -> RangePageSize:
    collection = CollectionPageSize(largest)
    return RangePageSize(collection, collection.wanted)


@pytest.mark.parametrize(
    ("size", "said", "then"),
    [(1000, 200, 200), (1000, None, 500), (100, 5_000, 50), (100, 100, 50), (30, None, 20)],
)
def test_a_refused_size_gives_way_to_what_klaviyo_says_or_to_a_smaller_one(
    size: int, said: int | None, then: int
) -> None:
    read = sizes(size)
    assert read.collection.refused(size, [said] if said else [])
    assert read.changes()
    assert (read.current, read.collection.wanted) == (then, then)


@given(st.integers(1, 1000), st.integers(1, 1000))
def test_without_a_word_from_klaviyo_a_size_that_it_serves_is_found(
    largest: int, serves: int
) -> None:
    read = sizes(largest)
    for _ in range(12):
        if read.current <= serves:
            break
        assert read.collection.refused(read.current)
        assert read.changes()
    assert read.current <= serves
    assert read.current >= min(largest, serves) / 2.5


def test_there_is_nothing_less_than_one_row() -> None:
    assert not sizes(1).collection.refused(1)


def test_a_refusal_is_taken_from_whoever_hears_of_it_first() -> None:
    first = sizes()
    second = RangePageSize(first.collection, first.current)
    assert first.collection.refused(1000, [5000, 200, 5])
    assert second.collection.refused(1000, [100]), "the other has to be sent with 200"
    assert second.changes()
    assert second.current == 200


def test_a_page_that_fails_is_halved_and_rises_again_when_pages_come_easily() -> None:
    read = sizes(100)
    read.shrink()
    read.shrink()
    assert read.current == 25
    asked = []
    for _ in range(40):
        read.served()
        read.changes()
        asked.append(read.current)
    assert asked[0] == 25
    assert asked == sorted(asked)
    assert asked[-1] == 100


def test_a_size_that_keeps_failing_rises_ever_more_slowly() -> None:
    read, pages = sizes(100), []
    for _ in range(4):
        read.shrink()
        count = 0
        while read.current < 100:
            read.served()
            read.changes()
            count += 1
            assert count < 1000
        pages.append(count)
    assert pages[-1] >= pages[0]


def test_a_heavy_page_is_cut_down_to_a_row_and_no_further() -> None:
    read, tried = sizes(100), []
    for _ in range(7):
        read.shrink()
        tried.append(read.current)
    assert tried == [50, 25, 12, 6, 3, 1, 1]


def test_a_reader_that_takes_over_a_part_goes_on_with_the_size_that_served() -> None:
    read = sizes(100)
    read.shrink()
    rest = read.another()
    assert rest.current == 50
    assert not rest.changes()


@given(st.integers(1, 1000), st.lists(st.integers(0, 2_000_000), min_size=1, max_size=30))
def test_pages_that_are_asked_for_fit_into_memory_by_the_heaviest_rows_seen_last(
    largest: int, bytes_of_rows: list[int]
) -> None:
    size = CollectionPageSize(largest)
    for each in bytes_of_rows:
        size.served(10, 10 * each)
        assert 1 <= size.wanted <= largest
        assert size.wanted == 1 or size.wanted * each <= 1_750_000
    size.served(0, 500)
    assert size.wanted >= 1


def test_rows_that_are_light_again_bring_the_size_back() -> None:
    size = CollectionPageSize(1000)
    size.served(10, 8_000_000)
    assert size.wanted == 2
    for _ in range(60):
        size.served(100, 100_000)
    assert size.wanted == 1000


def test_small_differences_are_not_worth_another_request() -> None:
    read = sizes(1000)
    read.collection.served(100, 210_000)
    assert read.collection.wanted == 833
    assert not read.changes()
    read.collection.served(100, 420_000)
    assert read.changes()
    assert read.current == 416
