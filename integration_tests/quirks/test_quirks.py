"""A Klaviyo that differs from what is documented: everything is read all the same, or said loudly.

Each case is one way to differ. Rows are compared with what the shop holds.
"""

import time
from collections.abc import Sequence
from typing import get_args

import pytest

from integration_tests.quirks.reading import HELD, Outcome, read
from klaviyo_sandbox import Fault, Quirks, RefusedParameter, Sandbox
from klaviyo_sandbox.quirks import Bounds
from source_klaviyo.sync.horizon import MARGIN

ALL = [*HELD, "campaign_messages", "event_attributions", "list_profiles", "tag_links"]

SURVIVED = {
    "smaller pages, stated": [Quirks(path="/api/events", max_page_size=200)],
    "smaller pages, not stated": [Quirks(max_page_size=7, page_size_refusal="silent")],
    "smaller pages, by 413": [Quirks(max_page_size=40, page_size_refusal="413")],
    "heavy pages": [Quirks(path="/api/events", heavy_page_size=499)],
    "a heavy stretch": [
        Quirks(path="/api/events", heavy_page_size=20, heavy_region=(0.4, 0.45)),
        Quirks(path="/api/profiles", heavy_page_size=3, heavy_region=(0.4, 0.45)),
        Quirks(path="/api/catalog-variants", heavy_page_size=3, heavy_region=(0.4, 0.45)),
    ],
    "lone surrogates": [Quirks(surrogate_every=40)],
    "NaN": [Quirks(bad_number_every=40)],
    "infinity": [Quirks(bad_number_every=40, bad_number="-Infinity")],
    "attributes that nobody knows": [Quirks(drift=True)],
    "bounds leave out what they name": [Quirks(bounds="open")],
    "bounds include what they name": [Quirks(bounds="closed")],
    "no cursor value, first": [Quirks(null_cursors_every=30)],
    "no cursor value, last": [Quirks(null_cursors_every=30, null_cursors_sort="last")],
    "no cursor at all, last": [
        Quirks(null_cursors_every=30, null_cursors_missing=True, null_cursors_sort="last")
    ],
    "page cursors without an id": [
        Quirks(path="/api/profiles", cursor_without_id=True),
        Quirks(path="/api/events", cursor_without_id=True),
        Quirks(path="/api/lists*", cursor_without_id=True),
    ],
    "seconds with more rows than a page, page cursors without an id": [
        Quirks(path="/api/profiles", max_page_size=45, cursor_without_id=True),
        Quirks(path="/api/events", max_page_size=30, cursor_without_id=True),
    ],
    "pages that begin with all rows of the last value, and those fill them": [
        Quirks(path="/api/profiles", max_page_size=45, cursor_without_id=True, repeated_rows=1),
        Quirks(path="/api/events", max_page_size=30, cursor_without_id=True, repeated_rows=1),
    ],
    "seconds with more rows than a page, page cursors that tell nothing": [
        Quirks(max_page_size=20, opaque_cursor=True)
    ],
    "pages unsorted, page cursors refused": [Quirks(unsorted="collection", cursor_refused_every=3)],
    "page cursors that tell nothing": [Quirks(opaque_cursor=True)],
    "page cursors refused now and then": [Quirks(cursor_refused_every=3)],
    "page cursors refused in a second of many pages": [
        Quirks(path="/api/events", max_page_size=9, cursor_refused_every=4)
    ],
    "pages unsorted within": [Quirks(unsorted="within_pages")],
    "pages unsorted": [Quirks(unsorted="collection")],
    "pages in the other direction": [Quirks(unsorted="reversed")],
    "ties in another order": [Quirks(unsorted="ties")],
    "rows repeated": [Quirks(repeated_rows=7)],
    "empty pages in the middle": [Quirks(empty_pages_every=3)],
    "no next page, not even null": [Quirks(last_next="absent")],
    "an empty text for no next page": [Quirks(last_next="empty")],
    "next pages by their path": [Quirks(next_style="path")],
    "an empty page at the end": [Quirks(next_on_last_page=True)],
    "null for no rows": [Quirks(null_data="once")],
    "a page without links": [Quirks(missing_links="once")],
    "a page that leads to itself": [Quirks(next_to_itself="once")],
    "a circle of pages": [Quirks(next_loops=True)],
    "a page of members not found": [
        Quirks(path="/api/lists/*/profiles", not_found_later_pages="once")
    ],
    "members not found at first": [
        Quirks(path="/api/lists/*/profiles", not_found_first_page="once")
    ],
    "included resources missing": [Quirks(included_missing_every=10)],
    "nothing included": [Quirks(included_absent=True)],
    "no sort": [Quirks(refuse_parameters=(RefusedParameter("sort"),))],
    "no sparse fields": [Quirks(refuse_parameters=(RefusedParameter("fields["),))],
    "Date in -0000": [Quirks(date_header="minus_zero")],
    "no Date": [Quirks(date_header="missing")],
    "no limits told": [Quirks(limit_headers="none")],
    "limits told in another way": [Quirks(limit_headers="windows_only")],
}


@pytest.mark.parametrize("case", SURVIVED)
def test_everything_is_read(shop: Sandbox, case: str) -> None:
    shop.set_quirks(*SURVIVED[case])
    outcome = read(shop, ALL)
    assert outcome.failures == {}
    assert_complete(shop, outcome)
    assert_once(outcome)


@pytest.mark.parametrize("case", ["page cursors refused now and then", "pages unsorted", "NaN"])
def test_everything_is_read_whole(shop: Sandbox, case: str) -> None:
    shop.set_quirks(*SURVIVED[case])
    outcome = read(shop, ALL, mode="full_refresh")
    assert outcome.failures == {}
    assert_complete(shop, outcome)


@pytest.mark.parametrize("bounds", get_args(Bounds))
def test_the_first_second_is_read_and_nothing_before_it(shop: Sandbox, bounds: Bounds) -> None:
    moments = {row["id"]: row["attributes"]["datetime"] for row in shop.documents("event")}
    start = sorted(moments.values())[len(moments) // 2]
    shop.set_quirks(Quirks(bounds=bounds))
    outcome = read(shop, ["events"], start_date=start)
    assert outcome.ids("events") == {each for each, moment in moments.items() if moment >= start}
    assert_once(outcome)


@pytest.mark.parametrize("status", [400, 403, 503])
def test_what_enriches_may_be_refused(shop: Sandbox, status: int) -> None:
    parts = ("include=tags", "additional-fields[profile]=subscriptions")
    refuse = tuple(RefusedParameter(part, status=status) for part in parts)
    shop.set_quirks(Quirks(refuse_parameters=refuse))
    outcome = read(shop, ["campaigns", "flows", "profiles", "campaign_messages"])
    assert outcome.failures == {}
    assert_complete(shop, outcome, ["campaigns", "flows", "profiles"])
    assert {record["tags"] for record in outcome.records["campaigns"]} == {None}
    assert all(record["campaign_messages"] for record in outcome.records["campaigns"])
    if status == 403:
        (told,) = [line for line in outcome.logs if "Missing scope tags:read" in line]
        assert "the tags of campaigns, the tags of flows" in told
    else:
        refused = [line for line in outcome.logs if "Klaviyo refuses" in line]
        assert len(refused) == 3, refused
        assert any("campaigns: Klaviyo refuses include=tags." in line for line in refused)


def test_a_stream_that_is_made_of_what_is_refused_fails_alone(shop: Sandbox) -> None:
    shop.set_quirks(Quirks(refuse_parameters=(RefusedParameter("include=attributions"),)))
    outcome = read(shop, ["events", "event_attributions"])
    assert outcome.failures.keys() == {"event_attributions"}
    assert "include=attributions" in outcome.failures["event_attributions"]
    assert_complete(shop, outcome, ["events"])


@pytest.mark.parametrize(
    ("quirks", "failing", "words"),
    [
        (Quirks(path="/api/profiles", null_data="always"), "profiles", "JSON:API"),
        (Quirks(path="/api/profiles", missing_links="always"), "profiles", "another page"),
        (Quirks(path="/api/catalog-variants", next_to_itself="always"), "catalog_variants", "back"),
        (
            Quirks(path="/api/lists/*/profiles", not_found_first_page="always"),
            "list_profiles",
            "Its parent is there",
        ),
    ],
)
def test_what_cannot_be_read_is_said_loudly(
    shop: Sandbox, quirks: Quirks, failing: str, words: str
) -> None:
    shop.set_quirks(quirks)
    outcome = read(shop, ALL)
    assert words in outcome.failures[failing]
    whole = sorted(HELD.keys() - outcome.failures.keys())
    assert len(whole) >= len(HELD) - 1
    assert_complete(shop, outcome, whole)


def test_a_deleted_parent_ends_only_what_is_read_of_it(shop: Sandbox) -> None:
    with_members = {group for group in shop.ids("list") if shop.members("list", group)}
    gone = min(with_members)
    shop.fail(Fault("status", status=404, path=f"/api/lists/{gone}/profiles", times=1))
    shop.fail(Fault("status", status=404, path=f"/api/lists/{gone}", times=1))
    outcome = read(shop, ["list_profiles"])
    assert outcome.failures == {}
    assert with_members - {key[0] for key in outcome.keys["list_profiles"]} == {gone}
    again = read(shop, ["list_profiles"], states=outcome.states)
    assert {key[1] for key in again.keys["list_profiles"] if key[0] == gone} == set(
        shop.members("list", gone)
    ), "its window was not taken as read"


def test_a_retry_after_of_a_day_is_not_waited_for(shop: Sandbox) -> None:
    shop.fail(Fault("status", status=503, path="/api/metrics", times=2, retry_after=1))
    outcome = read(shop, ["metrics"])
    assert outcome.ids("metrics") == set(shop.ids("metric"))


@pytest.mark.parametrize(
    ("stream", "kind", "path"),
    [
        ("profiles", "profile", "/api/profiles"),
        ("reviews", "review", "/api/reviews"),
        ("campaigns", "campaign", "/api/campaigns"),
    ],
)
@pytest.mark.parametrize("mode", ["full_refresh", "incremental"])
def test_rows_that_change_while_they_are_read(
    own: Sandbox, stream: str, kind: str, path: str, mode: str
) -> None:
    own.change_while_read(path=path, every=2, type=kind, rows=15)
    outcome = read(own, [stream], mode)
    own.clear_changes()
    found = outcome.ids(stream)
    if mode == "incremental":
        found |= read(own, [stream], mode, outcome.states).ids(stream)
    assert found == set(own.ids(kind))


def test_rows_that_are_archived_while_they_are_read(own: Sandbox) -> None:
    own.change_while_read(path="/api/campaigns", every=1, type="campaign", rows=2, change="archive")
    outcome = read(own, ["campaigns"])
    own.clear_changes()
    assert outcome.ids("campaigns") == set(own.ids("campaign"))


@pytest.mark.parametrize("seconds_ago", [0, MARGIN + 2])
@pytest.mark.parametrize(
    "case",
    ["smaller pages, by 413", "pages in the other direction", "pages unsorted", "a heavy stretch"],
)
def test_an_import_of_many_rows_in_one_second_is_read(
    own: Sandbox, case: str, seconds_ago: int
) -> None:
    imported = sorted(own.ids("profile"))[:400]
    own.update("profile", imported, {"title": "imported"})
    time.sleep(seconds_ago)
    own.set_quirks(*SURVIVED[case])
    outcome = read(own, ["profiles"])
    assert outcome.failures == {}
    assert_complete(own, outcome, ["profiles"])
    assert_once(outcome)


def test_an_import_while_a_sync_begins_costs_no_more_than_its_pages(own: Sandbox) -> None:
    own.update("profile", sorted(own.ids("profile"))[:400], {"title": "imported"})
    own.set_quirks(Quirks(path="/api/profiles", max_page_size=10))
    outcome = read(own, ["profiles"])
    assert_complete(own, outcome, ["profiles"])
    pages = len(own.ids("profile")) / 10
    assert own.log.counts()["/api/profiles"].requests <= 1.3 * pages + 20


def test_unknown_attributes_are_told_in_one_line(shop: Sandbox) -> None:
    shop.set_quirks(Quirks(path="/api/profiles", drift=True))
    outcome = read(shop, ["profiles"])
    (line,) = [line for line in outcome.logs if "schemas do not have" in line]
    assert "profiles.attributes." in line


def assert_complete(shop: Sandbox, outcome: Outcome, streams: Sequence[str] = tuple(HELD)) -> None:
    """Show that every row that the shop holds has come, and none that it does not."""
    for stream in streams:
        held = set(shop.ids(HELD[stream]))
        assert held, stream
        assert outcome.ids(stream) == held, stream
    if "list_profiles" in outcome.keys:
        members = {
            (group, member) for group in shop.ids("list") for member in shop.members("list", group)
        }
        assert set(outcome.keys["list_profiles"]) == members


def assert_once(outcome: Outcome) -> None:
    """Show that no row has come twice."""
    for stream, keys in outcome.keys.items():
        assert len(keys) == len(set(keys)), stream
