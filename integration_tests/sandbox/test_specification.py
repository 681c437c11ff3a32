"""Every endpoint of Klaviyo's specification answers with all that the shop holds.

The models of the official SDKs, made from the specification, accept every resource.
"""

import pytest

from integration_tests.sandbox.reader import Answer, Reader
from klaviyo_sandbox import Sandbox
from klaviyo_sandbox.spec import NEWEST, REVISION, load_spec
from tools.sdk import Sdk, load_all

pytestmark = pytest.mark.filterwarnings("ignore")  # the SDK's own, about pydantic

SPECS = {revision: load_spec(revision) for revision in (REVISION, NEWEST)}
OLD_MODEL = "/api/translations/{id}/flow-message"
"""The SDK has a flow message as before 2025-10-15 here; the sandbox knows only the newer model."""
ENDPOINTS = [
    (revision, path)
    for revision, spec in SPECS.items()
    for path, endpoint in spec.endpoints.items()
    if revision == REVISION or endpoint != SPECS[REVISION].endpoints.get(path)
    if path != OLD_MODEL
]
"""The endpoints of both revisions; of the newest, those that are new or changed."""
SIDES = {"campaign": "archived", "flow": "archived", "image": "hidden", "omni-campaign": "archived"}
CHANNELS = ("email", "sms", "mobile_push")


@pytest.fixture(scope="module")
def sdks() -> dict[str, Sdk]:
    return load_all()


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


def accept(sdk: Sdk, path: str, answer: Answer) -> None:
    """Show that the SDK's models accept an answer."""
    for row in answer.rows:
        sdk.answer(path.removeprefix("/api/")).resource.model_validate(row)
    for row in answer.document.get("included", []):
        if row["type"] == "attribution":  # the SDK has no model of it
            assert row.keys() == {"type", "id", "relationships", "links"}
            continue
        described = sdk.resource(row["type"])
        assert described
        described.resource.model_validate(row)


@pytest.mark.parametrize(("revision", "path"), ENDPOINTS)
def test_every_endpoint_answers_what_the_shop_holds(
    revision: str, path: str, shop: Sandbox, sdks: dict[str, Sdk]
) -> None:
    spec, reader = SPECS[revision], reader_at(shop, revision)
    endpoint = spec.endpoints[path]
    query = {"include": ",".join(endpoint.include)} if endpoint.include else {}
    address, expected, filters = path, sorted(shop.ids(endpoint.type)), [""]
    if endpoint.kind == "collection":
        filters = filters_of(endpoint.type, shop)
    else:
        kind, _, end = spec.types_of_collections[endpoint.parent], *path.partition("}")[1:]
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
    for page in pages:
        accept(sdks[revision], path, page)
        shown = {name for row in page.rows for name in row.get("attributes", ())}
        assert shown <= set(endpoint.attributes)
        assert ("included" in page.document) == bool(query)


def test_new_endpoints_are_not_there_before(shop: Sandbox) -> None:
    older = SPECS[REVISION].endpoints
    new = [path for _, path in ENDPOINTS if path not in older and "{" not in path]
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
