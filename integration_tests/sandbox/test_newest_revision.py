"""Revision 2026-10-15: its own endpoints, and its own model of campaigns.

The official SDK of that revision (25.0.0), whose models come from Klaviyo's specification, accepts
every answer.
"""

import pytest

from integration_tests.sandbox.conftest import reader_of
from integration_tests.sandbox.reader import Answer, Reader
from klaviyo_sandbox import Sandbox
from klaviyo_sandbox.spec import NEWEST, load_spec
from tools.sdk import Sdk, load_all

pytestmark = pytest.mark.filterwarnings("ignore")  # the SDK's own, about pydantic

SPEC = load_spec(NEWEST)
OLDER = load_spec()
OWN = [path for path, endpoint in SPEC.endpoints.items() if endpoint != OLDER.endpoints.get(path)]
"""The endpoints that are new or changed."""
COLLECTIONS = [path for path in OWN if SPEC.endpoints[path].kind == "collection"]
OLD_MODEL = "/api/translations/{id}/flow-message"
"""The SDK has a flow message as before 2025-10-15 here; the sandbox knows only the newer model."""
BELOW = sorted(set(OWN) - {*COLLECTIONS, OLD_MODEL})


@pytest.fixture(scope="module")
def sdk() -> Sdk:
    return load_all()[NEWEST]


@pytest.fixture(scope="module")
def newest(shop: Sandbox) -> Reader:
    return Reader(shop.url, f"Klaviyo-API-Key {shop.key}", NEWEST)


def accepted(sdk: Sdk, path: str, answer: Answer) -> list[str]:
    """Show that the SDK's models accept an answer; return the ids of its included resources."""
    for row in answer.rows:
        sdk.answer(path.removeprefix("/api/")).resource.model_validate(row)
    included = answer.document.get("included", [])
    for row in included:
        described = sdk.resource(row["type"])
        assert described
        described.resource.model_validate(row)
    return [row["id"] for row in included]


@pytest.mark.parametrize("path", COLLECTIONS)
def test_every_collection_is_read_to_the_last_row(
    path: str, newest: Reader, shop: Sandbox, sdk: Sdk
) -> None:
    endpoint = SPEC.endpoints[path]
    query = {"include": ",".join(endpoint.include)} if endpoint.include else {}
    chains = [query]
    if "archived" in endpoint.filters:
        chains = [{**query, "filter": f"equals(archived,{flag})"} for flag in ("false", "true")]
    found: list[str] = []
    included: list[str] = []
    for chain in chains:
        for page in newest.pages(path, chain):
            found += page.ids
            included += accepted(sdk, path, page)
    assert found
    assert sorted(found) == sorted(shop.ids(endpoint.type))
    assert bool(included) == bool(endpoint.include)


@pytest.mark.parametrize("path", BELOW)
def test_every_endpoint_below_answers_what_the_shop_holds(
    path: str, newest: Reader, shop: Sandbox, sdk: Sdk
) -> None:
    endpoint = SPEC.endpoints[path]
    parent_type = SPEC.types_of_collections[endpoint.parent]
    name = endpoint.relation_name
    for parent in sorted(shop.ids(parent_type)):
        expected = [parent] if endpoint.kind == "item" else shop.related(parent_type, parent, name)
        if not expected:
            continue
        pages = list(newest.pages(path.replace("{id}", parent)))
        assert sorted(row for page in pages for row in page.ids) == sorted(expected)
        for page in pages:
            accepted(sdk, path, page)
        return
    pytest.fail(f"no {parent_type} of the shop has anything at {path}")


def test_most_is_as_it_was() -> None:
    assert len(SPEC.endpoints) - len(OLDER.endpoints) == 50
    assert len(OWN) == 67


def test_what_is_new_is_not_there_before(reader: Reader, newest: Reader) -> None:
    for path in COLLECTIONS:
        if path not in OLDER.endpoints:
            assert reader.get(path).status == 404
        assert newest.get(path).status == 200


def test_campaigns_have_another_model_and_the_same_ids(reader: Reader, newest: Reader) -> None:
    older = reader.get("/api/campaigns", {"filter": 'equals(messages.channel,"sms")'})
    refused = newest.get("/api/campaigns", {"filter": 'equals(messages.channel,"sms")'})
    assert refused.status == 400
    assert "messages.channel" in refused.error["detail"]
    assert "omni" not in refused.text
    for row in older.rows[:5]:
        same = newest.get(f"/api/campaigns/{row['id']}").rows[0]
        assert same["type"] == "campaign"
        assert same["attributes"].keys() == {"created_at", "updated_at", "definition"}
        for name in ("created_at", "updated_at"):
            assert same["attributes"][name] == row["attributes"][name]
        assert same["attributes"]["definition"]["name"] == row["attributes"]["name"]


def test_what_a_definition_holds_can_be_filtered_on(newest: Reader) -> None:
    canvas = newest.get("/api/campaigns", {"filter": 'equals(builder,"canvas")'})
    assert canvas.rows
    assert {row["attributes"]["definition"]["builder"] for row in canvas.rows} == {"canvas"}
    sent = newest.get("/api/campaign-messages", {"filter": 'equals(status,"sent")', "sort": "name"})
    names = [row["attributes"]["definition"]["name"] for row in sent.rows]
    assert names == sorted(names)
    assert {row["attributes"]["definition"]["status"] for row in sent.rows} == {"sent"}


def test_a_newer_campaign_can_be_archived(own: Sandbox) -> None:
    reader = Reader(own.url, f"Klaviyo-API-Key {own.key}", NEWEST)
    campaign = min(own.ids("omni-campaign", hidden=False))
    own.archive("omni-campaign", [campaign])
    assert campaign in own.ids("omni-campaign", hidden=True)
    row = reader.get(f"/api/campaigns/{campaign}").rows[0]
    assert row["attributes"].keys() == {"created_at", "updated_at", "definition"}
    assert row["attributes"]["definition"]["archived"] is True
    assert campaign not in reader_of(own).all_ids(
        "/api/campaigns", {"filter": 'equals(messages.channel,"email"),equals(archived,true)'}
    )
