"""Quirks about pages, cursors and order, as a client sees them."""

from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import get_args

import pytest
import requests

from integration_tests.sandbox.reader import Answer, Reader
from klaviyo_sandbox import Quirks, Sandbox
from klaviyo_sandbox.quirks import Often

EVENTS: dict[str, str | int] = {"page[size]": 100, "sort": "datetime"}
BY_UPDATED: dict[str, str | int] = {"page[size]": 50, "sort": "updated"}


@pytest.fixture(autouse=True)
def plain(own: Sandbox) -> Iterator[None]:
    yield
    own.set_quirks()


@pytest.mark.parametrize(
    ("refusal", "status", "source", "says"),
    [
        ("maximum", 400, {"parameter": "page[size]"}, "60"),
        ("silent", 400, {"parameter": "page[size]"}, "Invalid page size."),
        ("no_source", 400, None, "60"),
        ("413", 413, None, "too large"),
    ],
)
def test_a_smaller_maximum(
    refusal: str, status: int, source: object, says: str, own: Sandbox, own_reader: Reader
) -> None:
    own.set_quirks(Quirks(path="/api/events", max_page_size=60, page_size_refusal=refusal))  # type: ignore[arg-type]  # parametrized
    answer = own_reader.get("/api/events", {"page[size]": 61})
    assert answer.status == status
    assert answer.error.get("source") == source
    assert says in answer.error["detail"]
    assert len(own_reader.get("/api/events").ids) == 60
    ids = own_reader.all_ids("/api/events", {"page[size]": 60})
    assert set(ids) == own.ids("event")
    assert own_reader.get("/api/profiles", {"page[size]": 100}).status == 200


def test_heavy_pages(own: Sandbox, own_reader: Reader) -> None:
    own.set_quirks(Quirks(path="/api/events", heavy_page_size=99, heavy_region=(0.25, 0.5)))
    total = len(own.ids("event"))
    read = 0
    answer = own_reader.get("/api/events", EVENTS)
    while answer.status == 200:
        read += len(answer.ids)
        following = str(answer.links["next"])
        answer = own_reader.get(following)
    assert answer.status == 503
    assert total / 4 - 100 < read <= total / 4
    assert own_reader.get(following.replace("=100", "=99")).status == 200
    assert own_reader.get("/api/events", {**EVENTS, "sort": "-datetime"}).status == 200
    own.set_quirks(Quirks(path="/api/events", heavy_page_size=99))
    assert own_reader.get("/api/events", {**EVENTS, "sort": "-datetime"}).status == 503


def test_heavy_pages_that_hang(own: Sandbox, own_reader: Reader) -> None:
    own.set_quirks(Quirks(heavy_page_size=10, heavy_page_seconds=30))
    headers = {"Authorization": f"Klaviyo-API-Key {own.key}", "revision": "2026-07-15"}
    with pytest.raises(requests.exceptions.ReadTimeout):
        requests.get(f"{own.url}/api/events", headers=headers, timeout=0.3)
    own.set_quirks(Quirks(heavy_page_size=10, heavy_page_seconds=0.05))
    assert own_reader.get("/api/events").status == 503


def test_rows_without_a_cursor_value(own: Sandbox, own_reader: Reader) -> None:
    for last in (False, True):
        own.set_quirks(
            Quirks(
                path="/api/profiles",
                null_cursors_every=5,
                null_cursors_missing=last,
                null_cursors_sort="last" if last else "first",
            )
        )
        rows = [row for page in own_reader.pages("/api/profiles", BY_UPDATED) for row in page.rows]
        assert {str(row["id"]) for row in rows} == own.ids("profile")
        assert len(rows) == len(own.ids("profile"))
        without = [row for row in rows if row["attributes"].get("updated") is None]
        assert 20 < len(without) < 120
        assert all(("updated" in row["attributes"]) != last for row in without)
        assert (rows[-len(without) :] if last else rows[: len(without)]) == without
        bound = {**BY_UPDATED, "filter": "greater-than(updated,2001-01-01T00:00:00Z)"}
        found = own_reader.all_ids("/api/profiles", bound)
        assert set(found) == own.ids("profile") - {str(row["id"]) for row in without}
        timed = [row["attributes"]["updated"] for row in rows if row not in without]
        assert timed == sorted(timed)


def test_cursors_without_an_id_skip_ties(one_second: Sandbox) -> None:
    reader = Reader(one_second.url, f"Klaviyo-API-Key {one_second.key}")
    one_second.set_quirks(Quirks(cursor_without_id=True))
    try:
        for sort in ("datetime", "-datetime"):
            assert len(reader.all_ids("/api/events", {"page[size]": 100, "sort": sort})) == 100
    finally:
        one_second.set_quirks()


def test_opaque_cursors(own: Sandbox, own_reader: Reader) -> None:
    own.set_quirks(Quirks(opaque_cursor=True))
    first = own_reader.get("/api/events", EVENTS)
    cursor = str(first.links["next"]).rpartition("=")[2]
    assert len(bytes.fromhex(cursor)) == 20
    assert Counter(own_reader.all_ids("/api/events", EVENTS)) == Counter(own.ids("event"))
    assert own_reader.get("/api/events", {"page[cursor]": "00" * 20}).status == 400


def test_refused_cursors(own: Sandbox, own_reader: Reader) -> None:
    own.set_quirks(Quirks(path="/api/events", cursor_refused_every=3))
    following = str(own_reader.get("/api/events", EVENTS).links["next"])
    answers = [own_reader.get(following) for _ in range(6)]
    assert [answer.status for answer in answers] == [200, 200, 400] * 2
    assert answers[2].error["detail"] == "Invalid cursor provided."


@pytest.mark.parametrize("kind", ["within_pages", "collection", "reversed", "ties"])
def test_unsorted(kind: str, own: Sandbox, own_reader: Reader) -> None:
    def read() -> list[tuple[str, str]]:
        pages = own_reader.pages("/api/profiles", BY_UPDATED)
        return [(row["attributes"]["updated"], row["id"]) for page in pages for row in page.rows]

    asked = read()
    own.set_quirks(Quirks(unsorted=kind))  # type: ignore[arg-type]  # parametrized
    found = read()
    assert found != asked
    assert sorted(found) == asked
    times = [when for when, _ in found]
    assert (times == sorted(times)) == (kind == "ties")
    assert (times == sorted(times, reverse=True)) == (kind == "reversed")
    bound = {**BY_UPDATED, "filter": f"less-than(updated,{times[7].replace('+00:00', 'Z')})"}
    below = own_reader.all_ids("/api/profiles", bound)
    assert sorted(below) == sorted(row_id for when, row_id in asked if when < times[7])


@pytest.mark.parametrize("sort", ["datetime", "-datetime"])
def test_repeated_rows(sort: str, own: Sandbox, own_reader: Reader) -> None:
    own.set_quirks(Quirks(repeated_rows=7))
    pages = list(own_reader.pages("/api/events", {**EVENTS, "sort": sort}))
    assert len(pages) > 10
    assert all(before.ids[-7:] == after.ids[:7] for before, after in pairwise(pages))
    assert {row_id for page in pages for row_id in page.ids} == own.ids("event")


def test_empty_pages(own: Sandbox, own_reader: Reader) -> None:
    own.set_quirks(Quirks(empty_pages_every=3, next_on_last_page=True, null_data="empty"))
    answers: list[Answer] = list(own_reader.pages("/api/events", EVENTS))
    nulls = [answer.document["data"] is None for answer in answers]
    assert nulls[:6] == [False, False, True] * 2
    assert nulls[-1]
    ids = [row["id"] for answer in answers for row in answer.document["data"] or []]
    assert len(ids) == len(set(ids))
    assert set(ids) == own.ids("event")


def test_null_data_once(own: Sandbox, own_reader: Reader) -> None:
    own.set_quirks(Quirks(null_data="once"))
    documents = [own_reader.get("/api/events", EVENTS).document for _ in range(2)]
    assert documents[0]["data"] is None
    assert documents[0]["links"]["next"]
    assert len(documents[1]["data"]) == 100


@pytest.mark.parametrize("often", [often for often in get_args(Often) if often])
def test_links(often: Often, own: Sandbox, own_reader: Reader) -> None:
    own.set_quirks(Quirks(missing_links=often))
    documents = [own_reader.get("/api/events", EVENTS).document for _ in range(3)]
    assert ["links" in document for document in documents] == [False, *[often == "once"] * 2]
    own.set_quirks(Quirks(next_to_itself=often))
    links = [own_reader.get("/api/events", EVENTS).links for _ in range(3)]
    same = [link["next"] == link["self"] for link in links]
    assert same == [True, *[often == "always"] * 2]


def test_a_loop(own: Sandbox, own_reader: Reader) -> None:
    own.set_quirks(Quirks(next_loops=True))
    pages = own_reader.pages("/api/events", EVENTS)
    first, second, third, again = (next(pages).ids for _ in range(4))
    assert again == second
    assert not set(first) & set(third)


@pytest.mark.parametrize("often", ["once", "always"])
def test_pages_that_are_not_found(often: Often, own: Sandbox, own_reader: Reader) -> None:
    group = max(own.ids("list"), key=lambda one: len(own.members("list", one)))
    path, query = f"/api/lists/{group}/profiles", {"page[size]": 20}
    own.set_quirks(Quirks(path="/api/lists/*/profiles", not_found_later_pages=often))
    following = str(own_reader.get(path, query).links["next"])
    later = 200 if often == "once" else 404
    assert [own_reader.get(following).status for _ in range(2)] == [404, later]
    own.set_quirks(Quirks(path="/api/lists/*/profiles", not_found_first_page=often))
    assert [own_reader.get(path, query).status for _ in range(2)] == [404, later]
    assert own_reader.get(following).status == 200


def test_several_at_once_on_several_paths(own: Sandbox, own_reader: Reader) -> None:
    own.set_quirks(
        Quirks(unsorted="collection", opaque_cursor=True),
        Quirks(path="/api/profiles", null_cursors_every=4, repeated_rows=3, unsorted="ties"),
        Quirks(path="/api/events", empty_pages_every=2, cursor_without_id=True),
    )
    profiles = own_reader.all_ids("/api/profiles", BY_UPDATED)
    assert set(profiles) == own.ids("profile")
    assert len(profiles) > len(set(profiles))
    events = list(own_reader.pages("/api/events", EVENTS))
    assert [bool(page.ids) for page in events[:4]] == [True, False] * 2
    assert {row_id for page in events for row_id in page.ids} == own.ids("event")
