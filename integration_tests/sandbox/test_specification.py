"""Every endpoint of Klaviyo's specification answers with all that the shop holds.

The models of the official SDK (25.0.0), made from the specification, accept all resources of
revision 2026-10-15; `test_sdk.py` has the older revision read by the SDK itself.
"""

import pytest

from integration_tests.sandbox.reader import Answer, Reader
from klaviyo_sandbox import Sandbox
from klaviyo_sandbox.spec import NEWEST, REVISION, load_spec
from tools.sdk import Sdk, load_all

pytestmark = pytest.mark.filterwarnings("ignore")  # the SDK's own, about pydantic

SPECS = {revision: load_spec(revision) for revision in (REVISION, NEWEST)}
OLDER = SPECS[REVISION].endpoints
OLD_MODEL = "/api/translations/{id}/flow-message"
"""The SDK has a flow message as before 2025-10-15 here; the sandbox knows only the newer model."""
CHANGED = [
    path
    for path, endpoint in SPECS[NEWEST].endpoints.items()
    if endpoint != OLDER.get(path) and path != OLD_MODEL
]
"""The endpoints that are new or changed at the newest revision."""
SIDES = {"campaign": "archived", "flow": "archived", "image": "hidden", "omni-campaign": "archived"}
CHANNELS = ("email", "sms", "mobile_push")


@pytest.fixture(scope="module")
def sdk() -> Sdk:
    return load_all()[NEWEST]


def reader_at(sandbox: Sandbox, revision: str) -> Reader:
    """Return a reader with a token, as webhooks take no key."""
    return Reader(sandbox.url, f"Bearer {sandbox.token}", revision)


def filters_of(kind: str, shop: Sandbox) -> list[str]:
    """Return the filters by which a collection is read whole."""
    if kind == "coupon-code":
        names = ",".join(f'"{name}"' for name in sorted(shop.ids("coupon")))
        return [f"any(coupon.id,[{names}])"]
    if kind not in SIDES:
        return [""]
    sides = [f"equals({SIDES[kind]},{flag})" for flag in ("false", "true")]
    if kind != "campaign":
        return sides
    return [f'equals(messages.channel,"{name}"),{side}' for name in CHANNELS for side in sides]


def read_whole(revision: str, path: str, shop: Sandbox) -> list[Answer]:
    """Show that an endpoint answers with all that the shop holds; return its pages."""
    spec, reader = SPECS[revision], reader_at(shop, revision)
    endpoint = spec.endpoints[path]
    query = {"include": ",".join(endpoint.include)} if endpoint.include else {}
    address, expected, filters = path, sorted(shop.ids(endpoint.type)), [""]
    if endpoint.kind == "collection":
        filters = filters_of(endpoint.type, shop)
    else:
        kind, end = spec.types_of_collections[endpoint.parent], path.partition("}")[2]
        for parent in sorted(shop.ids(kind)):
            address = f"/api/{endpoint.parent}/{parent}{end}"
            related = shop.related(kind, parent, endpoint.relation_name)
            expected = [parent] if endpoint.kind == "item" else sorted(related)
            if expected:
                break
    queries = [query | ({"filter": text} if text else {}) for text in filters]
    pages = [page for one in queries for page in reader.pages(address, one)]
    assert expected
    assert sorted(row_id for page in pages for row_id in page.ids) == expected
    shown = {name for page in pages for row in page.rows for name in row.get("attributes", ())}
    assert shown <= set(endpoint.attributes)
    assert {"included" in page.document for page in pages} == {bool(query)}
    return pages


@pytest.mark.parametrize("path", OLDER)
def test_every_endpoint_answers_what_the_shop_holds(path: str, shop: Sandbox) -> None:
    read_whole(REVISION, path, shop)


@pytest.mark.parametrize("path", CHANGED)
def test_every_endpoint_of_the_newest_revision(path: str, shop: Sandbox, sdk: Sdk) -> None:
    for page in read_whole(NEWEST, path, shop):
        for row in page.rows:
            sdk.answer(path.removeprefix("/api/")).resource.model_validate(row)
        for row in page.document.get("included", []):
            described = sdk.resource(row["type"])
            assert described
            described.resource.model_validate(row)


def test_new_endpoints_are_not_there_before(shop: Sandbox) -> None:
    new = [path for path in CHANGED if path not in OLDER and "{" not in path]
    assert len(new) > 5
    assert {reader_at(shop, REVISION).get(path).status for path in new} == {404}


def test_campaigns_have_another_model_and_the_same_ids(shop: Sandbox) -> None:
    newest, sms = reader_at(shop, NEWEST), {"filter": 'equals(messages.channel,"sms")'}
    refused = newest.get("/api/campaigns", sms)
    assert refused.status == 400
    assert "omni" not in refused.text
    for row in reader_at(shop, REVISION).get("/api/campaigns", sms).rows[:5]:
        same = newest.get(f"/api/campaigns/{row['id']}").rows[0]
        assert same["type"] == "campaign"
        assert same["attributes"].keys() == {"created_at", "updated_at", "definition"}
        for name in ("created_at", "updated_at"):
            assert same["attributes"][name] == row["attributes"][name]
        assert same["attributes"]["definition"]["name"] == row["attributes"]["name"]


def test_what_a_definition_holds_can_be_filtered_on(shop: Sandbox) -> None:
    query = {"filter": 'equals(status,"sent")', "sort": "name"}
    sent = reader_at(shop, NEWEST).get("/api/campaign-messages", query)
    definitions = [row["attributes"]["definition"] for row in sent.rows]
    names = [definition["name"] for definition in definitions]
    assert names == sorted(names)
    assert {definition["status"] for definition in definitions} == {"sent"}


def test_a_newer_campaign_can_be_archived(own: Sandbox) -> None:
    campaign = min(own.ids("omni-campaign", hidden=False))
    own.archive("omni-campaign", [campaign])
    assert campaign in own.ids("omni-campaign", hidden=True)
    row = reader_at(own, NEWEST).get(f"/api/campaigns/{campaign}").rows[0]
    assert row["attributes"]["definition"]["archived"] is True
