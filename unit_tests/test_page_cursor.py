"""What the address of the next page tells, and how it is asked for another size."""

import json
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_klaviyo.api.page_cursor import restated, tells_rows_apart

BASE = "https://a.klaviyo.com/api/events"
names = st.text("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", min_size=6)


def url(cursor: str, **others: str) -> str:
    return f"{BASE}?{urlencode({'page[cursor]': cursor, **others})}"


@given(names, st.integers(0, 2**40), st.text(max_size=5), st.booleans(), st.booleans())
def test_a_cursor_that_names_the_last_row_tells_rows_apart(
    row_id: str,
    value: int,
    other: str,
    url_safe: bool,  # noqa: FBT001
    padded: bool,  # noqa: FBT001
) -> None:
    encode = urlsafe_b64encode if url_safe else b64encode
    cursor = encode(json.dumps([value, other, row_id, True]).encode()).decode()
    assert tells_rows_apart(url(cursor if padded else cursor.rstrip("=")), row_id)


@given(st.integers(0, 2**40))
def test_a_cursor_with_the_sort_value_alone_does_not(value: int) -> None:
    cursor = b64encode(json.dumps([value, True]).encode()).decode()
    assert not tells_rows_apart(url(cursor), "7qWkXyZ")


@pytest.mark.parametrize("cursor", ["", "%%%", "ünï", "a", "opaque-9f3c"])
def test_a_cursor_that_cannot_be_read_tells_nothing(cursor: str) -> None:
    assert not tells_rows_apart(url(cursor), "7qWkXyZ")
    assert not tells_rows_apart(BASE, "7qWkXyZ")


@pytest.mark.parametrize("row_id", ["", "1", "17", "885", "29134"])
def test_an_id_within_a_number_is_no_id(row_id: str) -> None:
    cursor = b64encode(json.dumps([1788529134, True]).encode()).decode()
    assert not tells_rows_apart(url(cursor), row_id)
    assert not tells_rows_apart(url("1788529134"), row_id)


def test_the_id_may_stand_in_it_as_it_is() -> None:
    assert tells_rows_apart(url("next::id::7qWkXyZ"), "7qWkXyZ")


PARTS = ["page[size]", "include", "fields[event]", "additional-fields[profile]"]
texts = st.text(max_size=10)


@given(
    before=st.dictionaries(st.sampled_from(["filter", "sort", "page[cursor]", *PARTS]), texts),
    now=st.dictionaries(st.sampled_from(["filter", "sort", *PARTS]), texts),
)
def test_the_same_page_is_asked_for_with_other_parts(
    before: dict[str, str], now: dict[str, str]
) -> None:
    changed = restated(f"{BASE}?{urlencode(before)}", now)
    found = parse_qsl(urlsplit(changed).query, keep_blank_values=True)
    assert changed.startswith(BASE)
    assert len(found) == len(dict(found))
    for name in ("filter", "sort", "page[cursor]"):
        assert dict(found).get(name) == before.get(name), "they belong to the page cursor"
    for name in PARTS:
        assert dict(found).get(name) == now.get(name)
