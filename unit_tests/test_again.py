"""The fewest requests of a second sync, which the freshness benchmark is held against."""

import pytest

from benchmarks.again import fewest_again
from klaviyo_sandbox import Request


def request(endpoint: str, resource_id: str = "") -> Request:
    path = endpoint.replace("{id}", resource_id)
    return Request("GET", path, "", "", 200, 0.0, endpoint, "")


EVENTS = [request("/api/events")] * 9
PROFILES = [request("/api/profiles")] * 9
LISTS = [request("/api/lists"), *(request("/api/lists/{id}/profiles", one) for one in "AABBB")]
FORMS = [request("/api/forms"), *(request("/api/forms/{id}", one) for one in "ABC")]
ITEM = "/api/campaign-recipient-estimations/{id}"
CAMPAIGNS = [request("/api/campaigns"), *(request(ITEM, one) for one in "ABC")]


@pytest.mark.parametrize(
    ("first", "records", "fewest"),
    [
        (EVENTS, {"events": 0}, {"/api/events": 1}),
        (EVENTS, {"events": 1_001}, {"/api/events": 2}),
        (EVENTS, {"events": 1_001, "events_detailed": 1_001}, {"/api/events": 2}),  # share pages
        (
            [request("/api/profiles")] * 9,
            {"profiles": 0, "global_exclusions": 0},
            {"/api/profiles": 2},
        ),
        ([request("/api/tags")] * 3, {"tags": 60}, {"/api/tags": 3}),  # has no cursor
        ([request("/api/forms")] * 3, {"forms": 0, "form_versions": 0}, {"/api/forms": 3}),
        (LISTS, {"list_profiles": 0}, {"/api/lists": 1, "/api/lists/{id}/profiles": 2}),
        (FORMS, {"form_definitions": 2}, {"/api/forms": 1, "/api/forms/{id}": 2}),
        (CAMPAIGNS, {"campaigns_detailed": 3, "campaign_recipient_estimations": 2}, {ITEM: 3}),
    ],
)
def test_the_fewest_requests(
    first: list[Request], records: dict[str, int], fewest: dict[str, int]
) -> None:
    found = fewest_again(list(records), first, records)
    assert {path: found[path] for path in fewest} == fewest
