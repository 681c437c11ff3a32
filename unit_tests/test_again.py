"""The fewest requests of a second sync, which the freshness benchmark is held against."""

from collections import Counter

from benchmarks.again import fewest_again
from klaviyo_sandbox import Request


def request(endpoint: str, resource_id: str = "") -> Request:
    path = endpoint.replace("{id}", resource_id)
    return Request("GET", path, "", "", 200, 0.0, endpoint, "")


def test_a_collection_with_a_cursor_takes_the_pages_of_what_is_written_again() -> None:
    first = [request("/api/events")] * 9

    assert fewest_again(["events"], first, {"events": 0}) == {"/api/events": 1}
    assert fewest_again(["events"], first, {"events": 1_001}) == {"/api/events": 2}


def test_streams_that_share_pages_are_counted_once() -> None:
    first = [request("/api/events")] * 9
    records = {"events": 1_001, "events_detailed": 1_001}

    assert fewest_again(list(records), first, records) == {"/api/events": 2}


def test_streams_that_need_other_pages_are_counted_each() -> None:
    names = ["profiles", "global_exclusions"]

    fewest = fewest_again(names, [request("/api/profiles")] * 9, Counter())

    assert fewest == {"/api/profiles": 2}


def test_a_collection_without_a_cursor_is_read_whole() -> None:
    first = [request("/api/tags")] * 3

    assert fewest_again(["tags"], first, {"tags": 60}) == {"/api/tags": 3}


def test_a_stream_without_a_cursor_has_what_it_shares_read_whole() -> None:
    first = [request("/api/forms")] * 3
    names = ["forms", "form_versions"]

    assert fewest_again(names, first, Counter())["/api/forms"] == 3


def test_children_take_a_request_for_each_parent() -> None:
    children = "/api/lists/{id}/profiles"
    first = [request("/api/lists"), *(request(children, one) for one in "AABBB")]

    fewest = fewest_again(["list_profiles"], first, Counter())

    assert fewest == {"/api/lists": 1, children: 2}


def test_items_are_asked_for_once_for_each_changed_one() -> None:
    first = [request("/api/forms"), *(request("/api/forms/{id}", one) for one in "ABC")]

    fewest = fewest_again(["form_definitions"], first, {"form_definitions": 2})

    assert fewest == {"/api/forms": 1, "/api/forms/{id}": 2}


def test_items_that_several_streams_need_are_counted_once() -> None:
    item = "/api/campaign-recipient-estimations/{id}"
    first = [request("/api/campaigns"), *(request(item, one) for one in "ABC")]
    records = {"campaigns_detailed": 3, "campaign_recipient_estimations": 2}

    assert fewest_again(list(records), first, records)[item] == 3
