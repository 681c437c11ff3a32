"""Pages: every row once, whatever the page size, the sort and what happens in between."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integration_tests.sandbox.reader import Reader
from klaviyo_sandbox import Sandbox

from .conftest import reader_of

few = settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@few
@given(size=st.integers(20, 1000), sort=st.sampled_from(["datetime", "-datetime", "timestamp"]))
def test_events_come_once_and_in_order(size: int, sort: str, shop: Sandbox, reader: Reader) -> None:
    pages = list(reader.pages("/api/events", {"page[size]": size, "sort": sort}))
    found = [row_id for page in pages for row_id in page.ids]
    times = [row["attributes"]["timestamp"] for page in pages for row in page.rows]
    assert len(found) == len(shop.ids("event"))
    assert set(found) == shop.ids("event")
    assert times == sorted(times, reverse=sort.startswith("-"))
    assert [len(page.rows) for page in pages[:-1]] == [size] * (len(pages) - 1)


@few
@given(
    size=st.integers(7, 90),
    path=st.sampled_from(
        [
            "profiles?sort=updated",
            "profiles?sort=-email",
            "profiles?sort=id",
            "events?sort=datetime",
        ]
    ),
)
def test_rows_of_one_second_come_once(size: int, path: str, one_second: Sandbox) -> None:
    found = reader_of(one_second).all_ids(f"/api/{path}", {"page[size]": size})
    assert len(found) == len(set(found))
    assert set(found) == one_second.ids(path.partition("s?")[0])


def test_the_next_page_repeats_every_parameter(reader: Reader) -> None:
    bound = "greater-than(datetime,2001-01-01T00:00:00%2B02:00)"
    query = f"fields[event]=datetime&filter={bound}&page[size]=7&sort=-datetime"
    first = reader.get(f"/api/events?{query}").links
    following = first["next"]
    assert following
    assert following.startswith(f"{first['self']}&page%5Bcursor%5D=")
    assert "%2B02:00" in following
    second = reader.get(following).links["next"]
    assert second
    assert second.count("cursor") == 1


def test_changes_elsewhere_neither_skip_nor_repeat(own: Sandbox, own_reader: Reader) -> None:
    """Rows put before and behind the cursor, and deleted, while the pages are read."""
    before = own.ids("event")
    seen: list[str] = []
    gone: set[str] = set()
    for number, page in enumerate(
        own_reader.pages("/api/events", {"page[size]": 100, "sort": "datetime"})
    ):
        seen += page.ids
        own.add("event", 3, days_ago=729)
        if number % 3 == 0:
            unseen = sorted(own.ids("event") - set(seen) - gone)[:2]
            gone |= set(own.delete("event", [seen[-1], *unseen]))
    assert len(seen) == len(set(seen))
    assert len(gone) > 5
    assert before - gone <= set(seen) | gone
    assert len(set(seen) & before) >= len(before - gone)


def test_a_profile_that_moves_is_seen_again(own: Sandbox, own_reader: Reader) -> None:
    pages = own_reader.pages("/api/profiles", {"page[size]": 100, "sort": "updated"})
    first = next(pages).ids
    own.update("profile", first[:5])
    rest = [row_id for page in pages for row_id in page.ids]
    assert set(first[:5]) <= set(rest)
    assert set(first) | set(rest) == own.ids("profile")


@pytest.mark.parametrize("cursor", ["x", "bmV4dA==", "WzEsIDIsIDNd", "W10=", "<Filters: []>"])
def test_bad_cursors(cursor: str, reader: Reader) -> None:
    answer = reader.get("/api/profiles", {"page[cursor]": cursor})
    assert answer.status == 400
    assert answer.error["code"] == "invalid"
    assert answer.error["detail"] == "Invalid cursor provided."
    assert answer.error["source"] == {"pointer": "/data/"}


def test_a_cursor_of_another_sort_is_refused(reader: Reader) -> None:
    following = reader.get("/api/profiles", {"sort": "updated"}).links["next"]
    assert following
    assert reader.get(following.replace("sort=updated", "sort=email")).status == 400


def test_archived_email_campaigns_are_out_of_order(reader: Reader) -> None:
    def times(archived: str) -> list[str]:
        text = f'equals(messages.channel,"email"),equals(archived,{archived})'
        pages = reader.pages("/api/campaigns", {"filter": text, "sort": "updated_at"})
        return [str(row["attributes"]["updated_at"]) for page in pages for row in page.rows]

    assert len(times("true")) > 10
    assert times("true") != sorted(times("true"))
    assert times("false") == sorted(times("false"))
