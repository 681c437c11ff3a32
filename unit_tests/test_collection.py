"""A collection over HTTP that fails in ways that no sandbox shows: one answer after the other."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
import requests
import requests_mock
from airbyte_cdk.models import StreamDescriptor
from requests import PreparedRequest

from source_klaviyo.api.auth import api_key
from source_klaviyo.api.body import BodyMemory
from source_klaviyo.api.client import Client
from source_klaviyo.api.quotas.limits import XL
from source_klaviyo.errors import RequestFailed, StreamFailed
from source_klaviyo.protocol import ItemRequest
from source_klaviyo.streams.events import EventAttributions
from source_klaviyo.streams.flows import FlowDefinitions, Flows
from source_klaviyo.streams.kinds.base import KlaviyoStream
from source_klaviyo.streams.lists import ListProfiles
from source_klaviyo.sync.jobs import CollectionJob, StreamJob, ViewJob
from source_klaviyo.sync.reading.collection_reader import CollectionReader
from source_klaviyo.sync.windows.window_reader import WindowReader
from unit_tests.pages import reading

BASE = "https://a.klaviyo.com"
NOW = 1_790_000_000


def read_all(
    kind: type[KlaviyoStream],
    mock: requests_mock.Mocker,
    answer: Callable[[PreparedRequest], tuple[int, object]],
) -> tuple[CollectionReader, list[bytes]]:
    """Read one stream alone to its end; return its reader and its records."""

    def respond(request: PreparedRequest, context: object) -> object:
        status, body = answer(request)
        context.status_code = status  # type: ignore[attr-defined]
        return body

    mock.get(requests_mock.ANY, json=respond)
    quick: type[KlaviyoStream] = type(kind.__name__, (kind,), {"limit": XL})
    stream = quick(Client(BASE, api_key("pk")))
    collection = stream.collection([stream.collection_view(stream.name)])
    job = StreamJob(StreamDescriptor(stream.name), stream.cursor_attribute, keeps_state=True)
    reader = reading(CollectionJob(collection, [ViewJob(job)]), NOW - 5)
    found, now = list[bytes](), time.monotonic()
    for _ in range(200):
        if reader.ended():
            return reader, found
        task = reader.next_task(now)
        now += 100.0
        if not isinstance(task, WindowReader):
            time.sleep(0.02)
            continue
        request, fault = reader.request(task), None
        try:
            page = collection.fetch(request)
            for delivery in reader.accept_page(task, request, page):
                found += [b"".join(record) for record in delivery.extract.records]
            page.release()
        except Exception as caught:  # noqa: BLE001  as the scheduler does
            fault = caught
        reader.settle(task, fault, now)
    raise AssertionError("it has no end")


def flow(number: int, *, included: bool) -> dict[str, object]:
    held = [{"type": "tag", "id": "t"}]
    relationships: dict[str, object] = {
        name: {"data": []} for name in ("flow-actions", "attributions")
    }
    return {
        "type": "flow",
        "id": str(number),
        "attributes": dict.fromkeys(("updated", "datetime"), "2020-01-01T00:00:00Z"),
        "relationships": {**relationships, "tags": {"data": held}} if included else {},
    }


def served(request: PreparedRequest) -> tuple[int, dict[str, Any]]:
    """Answer the first page, and the second, as Klaviyo would."""
    included = "include=" in (request.url or "")
    number = 2 if "cursor" in (request.url or "") else 1
    following = f"{request.url}&page%5Bcursor%5D=next::id::1" if number == 1 else None
    tags = [{"type": "tag", "id": "t", "attributes": {"name": "Sale"}}] if included else []
    rows = [flow(number, included=included)]
    return 200, {"data": rows, "included": tags, "links": {"next": following}}


def after(faults: int, *, unreachable: bool) -> Callable[[PreparedRequest], tuple[int, object]]:
    """Answer as Klaviyo would, after so many faults."""
    left = list(range(faults))

    def answer(request: PreparedRequest) -> tuple[int, object]:
        if not left:
            return served(request)
        left.pop()
        if unreachable:
            raise requests.ConnectionError
        return 503, {"errors": []}

    return answer


@pytest.mark.parametrize("base", ["", BASE.upper()])
def test_the_next_page_may_be_named_by_its_path_or_in_capitals(
    base: str, requests_mock: requests_mock.Mocker
) -> None:
    def rewritten(request: PreparedRequest) -> tuple[int, object]:
        status, document = served(request)
        links = document["links"]
        links["next"] = links["next"] and links["next"].replace(BASE, base)
        return status, document

    reader, found = read_all(Flows, requests_mock, rewritten)
    assert not reader.views.failures
    assert sorted(json.loads(record)["id"] for record in found) == ["1", "1", "2", "2"]


@pytest.mark.parametrize("name", ["", ".", ".."])
def test_an_id_that_no_path_can_have_costs_itself_alone(
    name: str, requests_mock: requests_mock.Mocker
) -> None:
    client = Client(BASE, api_key("pk"))
    profiles, definitions = ListProfiles(client), FlowDefinitions(client)
    with pytest.raises(StreamFailed, match="cannot be asked for"):
        profiles.collection([profiles.collection_view("x")]).fetch(
            profiles.first_request({profiles.parent_key: name})
        )
    items = definitions.collection([definitions.collection_view("x")])
    with pytest.raises(StreamFailed, match="cannot be asked for"):
        items.fetch_item({0: ItemRequest(name)})
    assert not requests_mock.request_history


@pytest.mark.parametrize("unreachable", [True, False])
@pytest.mark.parametrize("faults", [1, 10])
def test_a_fault_that_passes_costs_no_record_what_it_should_have(
    faults: int,
    unreachable: bool,  # noqa: FBT001
    requests_mock: requests_mock.Mocker,
) -> None:
    attributions, _ = read_all(
        EventAttributions, requests_mock, after(faults, unreachable=unreachable)
    )
    assert not attributions.views.failures
    reader, found = read_all(Flows, requests_mock, after(faults, unreachable=unreachable))
    assert not reader.views.failures
    records = [json.loads(record) for record in found]
    assert sorted(record["id"] for record in records) == ["1", "1", "2", "2"]
    assert [[tag["id"] for tag in record["tags"] or ()] for record in records] == [["t"]] * 4


def test_where_klaviyo_knows_no_page_size_none_is_named(
    requests_mock: requests_mock.Mocker,
) -> None:
    def strict(request: PreparedRequest) -> tuple[int, object]:
        if "page%5Bsize%5D" not in (request.url or ""):
            return served(request)
        detail = "'page_size' is not a valid field for the resource 'flow'."
        return 400, {"errors": [{"detail": detail, "source": {"pointer": "/data/attributes"}}]}

    reader, found = read_all(Flows, requests_mock, strict)
    assert not reader.views.failures
    assert {json.loads(record)["id"] for record in found} == {"1", "2"}
    assert all(json.loads(record)["tags"] for record in found)


def test_a_row_that_is_nested_too_deeply_fails_the_stream_and_says_so() -> None:
    row = json.dumps({**flow(1, included=True), "x": None})
    deep = row.replace("null", "[" * 100_000 + "]" * 100_000)
    with requests_mock.Mocker() as mock:
        mock.get(requests_mock.ANY, text=f'{{"data":[{deep}],"links":{{"next":null}}}}')
        stream = Flows(Client(BASE, api_key("pk")))
        collection = stream.collection([stream.collection_view(stream.name)])
        with pytest.raises(StreamFailed, match="nested too deeply"):
            collection.fetch(stream.first_request({}))
        assert mock.call_count == 1


def test_the_look_at_a_parent_keeps_no_memory() -> None:
    client = Client(BASE, api_key("pk"), memory=BodyMemory(share=10))
    profiles = ListProfiles(client)
    collection = profiles.collection([profiles.collection_view("x")])
    with requests_mock.Mocker() as mock:
        mock.get(f"{BASE}/api/lists/L1/profiles", status_code=404, json={"errors": []})
        mock.get(f"{BASE}/api/lists/L1", json={"data": {"type": "list", "id": "L1"}})
        with pytest.raises(RequestFailed, match="Its parent exists"):
            collection.fetch(profiles.first_request({profiles.parent_key: "L1"}))
    assert not client.memory.beyond.locked()
