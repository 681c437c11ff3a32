"""The official SDK, whose models come from Klaviyo's own specification, accepts every answer."""

import re
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import openapi_client.models
import pytest
from klaviyo_api import KlaviyoAPI  # type: ignore[import-untyped]
from pydantic import BaseModel

from klaviyo_sandbox import Sandbox
from klaviyo_sandbox.spec import Endpoint, load_spec

pytestmark = pytest.mark.filterwarnings("ignore")  # the SDK's own, about pydantic

SPEC = load_spec()
FAMILIES = [name for name in dir(KlaviyoAPI) if isinstance(getattr(KlaviyoAPI, name), property)]
COLLECTIONS = [path for path, endpoint in SPEC.endpoints.items() if endpoint.kind == "collection"]
BELOW = [path for path, endpoint in SPEC.endpoints.items() if endpoint.kind != "collection"]
CHANNELS = ("email", "sms", "mobile_push")
HIDDEN = {
    "campaign": [
        f'equals(messages.channel,"{channel}"),equals(archived,{archived})'
        for channel in CHANNELS
        for archived in ("false", "true")
    ],
    "flow": ["equals(archived,false)", "equals(archived,true)"],
    "image": ["equals(hidden,false)", "equals(hidden,true)"],
}
"""The chains by which everything is read, where a plain read leaves something out."""

Call = Callable[..., BaseModel]


@pytest.fixture(scope="session")
def calls(shop: Sandbox) -> dict[str, Call]:
    """Every read operation of the SDK by its name; with a token, as webhooks take no key."""
    api = KlaviyoAPI(None, access_token=shop.token, test_host=shop.url, max_retries=1)
    families = [getattr(api, name) for name in FAMILIES]
    return {
        name: getattr(family, name)
        for family in families
        for name in dir(family)
        if name.startswith("get_")
    }


def pages(
    call: Call, endpoint: Endpoint, arguments: tuple[str, ...] = (), chain: str | None = None
) -> Iterator[BaseModel]:
    options: dict[str, object] = {}
    if chain and endpoint.required_filters:
        arguments = (chain,)  # the SDK takes a required filter by position
    elif chain:
        options["filter"] = chain
    if endpoint.include:
        options["include"] = list(endpoint.include)
    if endpoint.page_size and endpoint.page_size.minimum < endpoint.page_size.maximum:
        options["page_size"] = endpoint.page_size.maximum
    while True:
        page = call(*arguments, **options)
        yield page
        following = page.model_dump()["links"].get("next") if endpoint.paginated else None
        if not following:
            return
        options["page_cursor"] = parse_qs(urlsplit(following).query)["page[cursor]"][0]


def data_of(page: BaseModel) -> list[dict[str, object]]:
    data = page.model_dump(mode="json", by_alias=True)["data"]
    if data is None:
        return []
    return data if isinstance(data, list) else [data]


def included_of(page: BaseModel) -> list[dict[str, object]]:
    """The SDK keeps included resources as objects where they are all of one type."""
    return page.model_dump(mode="json", by_alias=True).get("included") or []


def model_of(resource_type: str) -> type[BaseModel]:
    names = {
        "profile": "ProfileResponseObjectResource",
        **{
            endpoint.type: endpoint.resource
            for endpoint in SPEC.endpoints.values()
            if endpoint.resource
        },
    }
    model: type[BaseModel] = getattr(openapi_client.models, names[resource_type])
    return model


def test_the_sdk_knows_every_endpoint(calls: dict[str, Call]) -> None:
    assert len(SPEC.endpoints) >= 200
    assert {endpoint.operation for endpoint in SPEC.endpoints.values()} <= calls.keys()


@pytest.mark.parametrize("path", COLLECTIONS)
def test_every_collection_is_read_to_the_last_row(
    path: str, calls: dict[str, Call], shop: Sandbox
) -> None:
    endpoint = SPEC.endpoints[path]
    if endpoint.type == "coupon-code":
        names = ",".join(f'"{name}"' for name in sorted(shop.ids("coupon")))
        chains: list[str | None] = [f"any(coupon.id,[{names}])"]
    else:
        chains = [*HIDDEN.get(endpoint.type, ())] or [None]
    found: list[str] = []
    included: dict[tuple[str, str], dict[str, object]] = {}
    for chain in chains:
        for page in pages(calls[endpoint.operation], endpoint, chain=chain):
            found += [str(row["id"]) for row in data_of(page)]
            for resource in included_of(page):
                included[(str(resource["type"]), str(resource["id"]))] = resource
    assert found
    assert sorted(found) == sorted(shop.ids(endpoint.type))
    assert bool(included) == bool(endpoint.include)
    for (kind, _), resource in included.items():
        if kind == "attribution":  # the SDK has no model of it
            assert resource.keys() == {"type", "id", "relationships", "links"}
        else:
            assert model_of(kind).model_validate(resource)


@pytest.mark.parametrize("path", BELOW)
def test_every_endpoint_below_an_item_answers_what_the_shop_holds(
    path: str, calls: dict[str, Call], shop: Sandbox
) -> None:
    endpoint = SPEC.endpoints[path]
    parent_type = SPEC.types_of_collections[endpoint.parent]
    name = endpoint.relation_name
    for parent in sorted(shop.ids(parent_type)):
        expected = [parent] if endpoint.kind == "item" else shop.related(parent_type, parent, name)
        if not expected:
            continue
        found = [
            str(row["id"])
            for page in pages(calls[endpoint.operation], endpoint, (parent,))
            for row in data_of(page)
        ]
        assert sorted(found) == sorted(expected)
        return
    pytest.fail(f"no {parent_type} of the shop has anything at {path}")


def test_nothing_is_served_by_accident(calls: dict[str, Call], shop: Sandbox) -> None:
    call = calls["get_events"]
    page = call(page_size=1)
    assert len(data_of(page)) == 1
    assert re.fullmatch(
        r"http://127\.0\.0\.1:\d+/api/events\?.*", page.model_dump()["links"]["next"]
    )
    assert shop.log.counts()["/api/events"].statuses[200] > 0
