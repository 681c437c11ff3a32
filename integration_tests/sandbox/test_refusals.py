"""What Klaviyo refuses is refused, in an error document."""

import time
from datetime import datetime, timedelta

import pytest
import requests

from integration_tests.sandbox.reader import Reader
from klaviyo_sandbox import Sandbox

EMAIL = 'equals(messages.channel,"email")'

BAD: list[tuple[str, dict[str, str | int], str]] = [
    ("/api/events", {"nonsense": "1"}, "nonsense"),
    ("/api/accounts", {"page[size]": 1}, "page[size]"),
    ("/api/accounts", {"filter": 'equals(id,"a")'}, "filter"),
    ("/api/events", {"page[size]": 0}, "page[size]"),
    ("/api/events", {"page[size]": 1001}, "page[size]"),
    ("/api/profiles", {"page[size]": 101}, "page[size]"),
    ("/api/lists", {"page[size]": 11}, "page[size]"),
    ("/api/events", {"page[size]": "many"}, "page[size]"),
    ("/api/metrics", {"page[size]": 10}, "page[size]"),
    ("/api/events", {"sort": "uuid"}, "sort"),
    ("/api/events", {"include": "metric,list"}, "include"),
    ("/api/events", {"fields[event]": "datetime,nonsense"}, "fields[event]"),
    ("/api/events", {"fields[flow]": "name"}, "fields[flow]"),
    ("/api/profiles", {"additional-fields[profile]": "nonsense"}, "additional-fields[profile]"),
    ("/api/events", {"additional-fields[profile]": "subscriptions"}, "additional-fields[profile]"),
    ("/api/events", {"filter": "equals(nonsense,1)"}, "filter"),
    ("/api/events", {"filter": 'equals(metric_id,"nonsense")'}, "filter"),
    ("/api/events", {"filter": "or(has(metric),has(profile))"}, "filter"),
    ("/api/events", {"filter": 'greater-than(datetime,"2024-01-01T00:00:00Z")'}, "filter"),
    ("/api/events", {"filter": "greater-than(datetime,5)"}, "filter"),
    ("/api/profiles", {"filter": "greater-or-equal(updated,2024-01-01)"}, "filter"),
    ("/api/lists", {"filter": "less-than(updated,2024-01-01)"}, "filter"),
    ("/api/campaigns", {}, "filter"),
    ("/api/campaigns", {"filter": 'contains(name,"a")'}, "filter"),
    ("/api/campaigns", {"filter": 'equals(messages.channel,"fax")'}, "filter"),
    ("/api/campaigns", {"filter": 'any(messages.channel,["email"])'}, "filter"),
    ("/api/campaigns", {"filter": EMAIL + ',equals(archived,"true")'}, "filter"),
    ("/api/coupon-codes", {"filter": 'equals(status,"USED")'}, "filter"),
    ("/api/flows", {"filter": "less-than(updated,2024-01-01)", "sort": "created"}, "sort"),
]
NO_FILTERS = (
    "contains",
    "contains(name)",
    "contains(name,)",
    'contains(name,"a"',
    'contains(name,"a)',
    "contains(name,a)",
    'or(contains(name,"a"),contains(name,"b"))',
    'not(contains(name,"a"))',
    'contains(name,"a") contains(name,"b")',
    'contains(name,"a"),',
    'contains(name,["a" "b"])',
    "contains(name,2024-13-01)",
    "contains(name,2024-08-01T00:00:00 00:00)",
)
"""Texts that Klaviyo's guide to filtering does not allow, of a field with this operator."""
BAD += [("/api/tags", {"filter": text}, "filter") for text in NO_FILTERS]


@pytest.mark.parametrize(("path", "query", "parameter"), BAD)
def test_bad_queries(
    path: str, query: dict[str, str | int], parameter: str, reader: Reader
) -> None:
    answer = reader.get(path, query)
    assert answer.status == 400
    assert answer.headers["Content-Type"] == "application/vnd.api+json"
    assert answer.error["status"] == 400
    assert answer.error["code"] == "invalid"
    assert answer.error["title"] == "Invalid input."
    assert answer.error["source"] == {"parameter": parameter}
    assert answer.error["detail"]
    assert answer.error["id"]


def test_a_wrong_operator_is_told_with_the_right_ones(reader: Reader) -> None:
    answer = reader.get("/api/campaigns", {"filter": EMAIL + ',equals(name,"x")'})
    expected = (
        "'equals' is not an allowed filter operator for name.  Allowed operators are contains"
    )
    assert answer.error["detail"] == expected


@pytest.mark.parametrize(
    ("path", "start", "field"),
    [
        ("/api/events", "", "datetime"),
        ("/api/profiles", "", "updated"),
        ("/api/campaigns", EMAIL + ",", "updated_at"),
        ("/api/lists", "", "created"),
    ],
)
def test_bounds_ahead_of_now(
    path: str, start: str, field: str, reader: Reader, shop: Sandbox
) -> None:
    now = datetime.fromisoformat(shop.now())
    ahead = (now + timedelta(seconds=30)).strftime("%Y-%m-%dT%H:%M:%SZ")
    behind = (now - timedelta(seconds=5)).strftime("%Y-%m-%dT%H:%M:%SZ")
    answer = reader.get(path, {"filter": f"{start}greater-than({field},{ahead})"})
    assert answer.status == 400
    assert answer.error["code"] == "invalid"
    assert answer.error["detail"] == f"End date may not be in the future: {ahead}"
    assert answer.error["source"] == {"pointer": field}
    assert reader.get(path, {"filter": f"{start}greater-than({field},{behind})"}).status == 200


def test_timestamps_ahead_of_now(reader: Reader) -> None:
    ahead = int(time.time()) + 30
    assert reader.get("/api/events", {"filter": f"less-than(timestamp,{ahead})"}).status == 400
    assert reader.get("/api/events", {"filter": "less-than(timestamp,1500000000)"}).status == 200


def test_codes_may_expire_later(reader: Reader) -> None:
    text = 'equals(coupon.id,"VIP20"),greater-than(expires_at,2035-01-01)'
    assert reader.get("/api/coupon-codes", {"filter": text}).status == 200


def test_paths_ids_and_methods(reader: Reader, shop: Sandbox) -> None:
    assert reader.get("/api/nonsense").status == 404
    assert reader.get("/api/profiles/01ARZ3NDEKTSV4RRFFQ69G5FAV").status == 404
    assert reader.get("/api/lists/AAAAAA/profiles").status == 404
    assert reader.get("/api/accounts/").status == 200
    reply = requests.post(f"{shop.url}/api/events", timeout=10)
    assert reply.status_code == 405
    assert reply.json()["errors"][0]["code"] == "method_not_allowed"
