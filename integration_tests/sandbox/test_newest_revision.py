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
OLD_MODEL = "/api/translations/{id}/flow-message"
"""The SDK has a flow message as before 2025-10-15 here; the sandbox knows only the newer model."""
OWN = [
    path
    for path, endpoint in SPEC.endpoints.items()
    if endpoint != OLDER.endpoints.get(path) and path != OLD_MODEL
]
"""The endpoints that are new or changed."""
CHAINS = ({"filter": "equals(archived,false)"}, {"filter": "equals(archived,true)"})


@pytest.fixture(scope="module")
def sdk() -> Sdk:
    return load_all()[NEWEST]


@pytest.fixture(scope="module")
def newest(shop: Sandbox) -> Reader:
    return Reader(shop.url, f"Klaviyo-API-Key {shop.key}", NEWEST)


def accept(sdk: Sdk, path: str, answer: Answer) -> None:
    """Show that the SDK's models accept an answer."""
    for row in answer.rows:
        sdk.answer(path.removeprefix("/api/")).resource.model_validate(row)
    for row in answer.document.get("included", []):
        described = sdk.resource(row["type"])
        assert described
        described.resource.model_validate(row)


@pytest.mark.parametrize("path", OWN)
def test_every_endpoint_answers_what_the_shop_holds(
    path: str, newest: Reader, shop: Sandbox, sdk: Sdk
) -> None:
    endpoint = SPEC.endpoints[path]
    include = {"include": ",".join(endpoint.include)} if endpoint.include else {}
    chains = [include | chain for chain in (CHAINS if "archived" in endpoint.filters else ({},))]
    address, expected = path, sorted(shop.ids(endpoint.type))
    if endpoint.kind != "collection":
        kind = SPEC.types_of_collections[endpoint.parent]
        for parent in sorted(shop.ids(kind)):
            address = path.replace("{id}", parent)
            related = shop.related(kind, parent, endpoint.relation_name)
            expected = [parent] if endpoint.kind == "item" else sorted(related)
            if expected:
                break
    pages = [page for chain in chains for page in newest.pages(address, chain)]
    assert expected
    assert sorted(row_id for page in pages for row_id in page.ids) == expected
    for page in pages:
        accept(sdk, path, page)
        assert ("included" in page.document) == bool(include)


def test_new_endpoints_are_not_there_before(reader: Reader) -> None:
    new = [path for path in OWN if path not in OLDER.endpoints and "{" not in path]
    assert len(new) > 10
    assert {reader.get(path).status for path in new} == {404}


def test_campaigns_have_another_model_and_the_same_ids(reader: Reader, newest: Reader) -> None:
    sms = {"filter": 'equals(messages.channel,"sms")'}
    refused = newest.get("/api/campaigns", sms)
    assert refused.status == 400
    assert "messages.channel" in refused.error["detail"]
    assert "omni" not in refused.text
    for row in reader.get("/api/campaigns", sms).rows[:5]:
        same = newest.get(f"/api/campaigns/{row['id']}").rows[0]
        assert same["type"] == "campaign"
        assert same["attributes"].keys() == {"created_at", "updated_at", "definition"}
        for name in ("created_at", "updated_at"):
            assert same["attributes"][name] == row["attributes"][name]
        assert same["attributes"]["definition"]["name"] == row["attributes"]["name"]


def test_what_a_definition_holds_can_be_filtered_on(newest: Reader) -> None:
    canvas = newest.get("/api/campaigns", {"filter": 'equals(builder,"canvas")'})
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
    assert row["attributes"]["definition"]["archived"] is True
    hidden = {"filter": 'equals(messages.channel,"email"),equals(archived,true)'}
    assert campaign not in reader_of(own).all_ids("/api/campaigns", hidden)
