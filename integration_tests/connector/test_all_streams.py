"""Every stream there is brings rows, all of them, as its schema says, and goes on from state."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import pytest
from airbyte_cdk.models import SyncMode
from jsonschema import Draft7Validator, FormatChecker

from benchmarks.again import fewest_again
from benchmarks.distinct import distinct_pages
from benchmarks.ideal import most_requests
from integration_tests.connector.conftest import connector_of, shop_of
from integration_tests.connector.harness import Json, Output, last_states
from integration_tests.quirks.reading import keys_of
from klaviyo_sandbox import Request, Sandbox, Settings, Touched
from klaviyo_sandbox.spec import REMODELLED, USED_TEMPLATE
from source_klaviyo.api.auth import AccessToken
from source_klaviyo.api.client import Client
from source_klaviyo.registry import STREAMS, stream_name
from source_klaviyo.reports.report_stream import ReportStream
from source_klaviyo.streams.kinds.base import KlaviyoStream

TINY: Final = Settings(
    events=1_200,
    profiles=250,
    campaigns=24,
    flows=6,
    lists=4,
    segments=4,
    templates=12,
    tags=12,
    images=30,
    forms=4,
    catalog_items=20,
    coupon_codes=60,
    reviews=30,
    object_records=30,
)
CLASSES: Final[Mapping[str, type[KlaviyoStream]]] = {
    stream_name(stream): stream for stream in STREAMS
}
CLOSED: Final = ["webhook_topics", "webhooks"]
"""Streams that the sandbox, an account without Advanced KDP, opens for no private key."""
OPEN: Final = sorted(CLASSES.keys() - {*CLOSED})
WITH_CURSOR: Final = [
    name for name in OPEN if CLASSES[name].cursor_attribute and not CLASSES[name].full_refresh_only
]

RELATED: Final[Mapping[str, tuple[str, str]]] = {
    "catalog_category_items": ("catalog-category", "items"),
    "object_type_links": ("object-type", "object-types"),
    "object_type_profile_links": ("object-type", "profile-object-types"),
    "profile_bulk_import_lists": ("profile-bulk-import-job", "lists"),
    "profile_bulk_import_profiles": ("profile-bulk-import-job", "profiles"),
}
"""Streams of a relationship's ids: whose, and which."""
NAMED: Final[Mapping[str, str]] = {
    "list_profiles": "profile_id",
    "segment_profiles": "profile_id",
    "catalog_category_items": "item_id",
    "profile_bulk_import_lists": "list_id",
    "profile_bulk_import_profiles": "profile_id",
}
"""Streams of another stream's rows, and the column that has their id."""
PARTS: Final = {"global_exclusions", "profile_consents"}
"""Streams of some resources of a type, or of parts of them: which, tests of their own tell."""
REPORTS: Final = {name for name in OPEN if issubclass(CLASSES[name], ReportStream)}
"""Streams of rows that are no resources: which, tests of their own tell."""
LINKS: Final = {*RELATED, "list_profiles", "segment_profiles", "tag_links"}
"""Streams whose rows say that two resources belong together."""


MOST_CHECKED: Final = 150
"""Records of a stream that are compared with its schema, of each sync."""


def is_rfc3339(text: object) -> bool:
    """Tell whether `text` is a datetime with a `T` and an offset, as RFC 3339 has it."""
    if not isinstance(text, str):
        return True
    return datetime.fromisoformat(text).tzinfo is not None and text[10] == "T"


checker = FormatChecker(formats=())
checker.checks("date-time", raises=ValueError)(is_rfc3339)


@dataclass(frozen=True)
class Story:
    """Three syncs of everything, with a day in the shop before the last of them.

    `made` are the requests of the first two by endpoint, without reports and what was refused;
    `fewest` those of a client that asks for each page once. `held` and `links` are what there was
    before that day.
    """

    discovered: set[str]
    catalog: dict[str, Json]
    first: dict[str, list[Json]]
    made: tuple[Counter[str], Counter[str]]
    fewest: tuple[Counter[str], Counter[str]]
    held: dict[str, set[str]]
    links: dict[str, set[tuple[str, ...]]]
    idle: dict[str, list[Json]]
    touched: Touched
    last: dict[str, list[Json]]
    outputs: tuple[Output, ...]


shop = shop_of(TINY, plenty=True)


@pytest.fixture(scope="module")
def story(shop: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Story:
    connector = connector_of(shop, tmp_path_factory.mktemp("all"))
    (message,) = connector.discover().of_type("CATALOG")
    discovered = message["catalog"]["streams"]
    streams = [*discovered, *(_closed(name, shop) for name in CLOSED)]
    configured = {"streams": [_configured(stream) for stream in streams]}
    first = connector.read(configured)
    asked = _asked(shop)
    fewest = distinct_pages(shop, asked)
    held = {kind: shop.ids(kind) for kind in shop.sizes()}
    links = _links(shop)
    shop.log.reset()
    idle = connector.read(configured, last_states(first))
    again = _asked(shop)
    written = Counter({name: len(records) for name, records in idle.records.items()})
    of_resources = [name for name in OPEN if name not in REPORTS]
    touched = shop.day_passes()
    last = connector.read(configured, last_states(idle))
    return Story(
        {stream["name"] for stream in discovered},
        {stream["name"]: stream for stream in streams},
        first.records,
        (_by_endpoint(asked), _by_endpoint(again)),
        (fewest, +fewest_again(of_resources, asked, written)),
        held,
        links,
        idle.records,
        touched,
        last.records,
        (first, idle, last),
    )


def _asked(shop: Sandbox) -> list[Request]:
    return [each for each in shop.log.requests() if each.method == "GET" and each.status != 403]


def _by_endpoint(asked: list[Request]) -> Counter[str]:
    return Counter(each.endpoint for each in asked)


def _closed(name: str, shop: Sandbox) -> Json:
    """Return a stream that `discover` leaves out, as a catalog that is older may hold it."""
    client = Client(shop.url, AccessToken(shop.token))
    schema = CLASSES[name](client).get_json_schema()
    return {"name": name, "json_schema": schema, "supported_sync_modes": ["full_refresh"]}


def _configured(stream: Json) -> Json:
    incremental = "incremental" in stream["supported_sync_modes"]
    return {
        "stream": stream,
        "sync_mode": "incremental" if incremental else "full_refresh",
        "destination_sync_mode": "append_dedup" if incremental else "overwrite",
    }


def _links(shop: Sandbox) -> dict[str, set[tuple[str, ...]]]:
    """Return what belongs together, by stream, as the values of its primary key."""
    return {
        **{
            stream: {
                (owner, related)
                for owner in shop.ids(kind)
                for related in shop.related(kind, owner, relationship)
            }
            for stream, (kind, relationship) in RELATED.items()
        },
        "list_profiles": {
            (group, member) for group in shop.ids("list") for member in shop.members("list", group)
        },
        "segment_profiles": {
            (group, member)
            for group in shop.ids("segment")
            for member in shop.members("segment", group)
        },
        "tag_links": {
            (kind, owner, tag)
            for kind in ("campaign", "flow", "list", "segment")
            for owner in shop.ids(kind)
            for tag in shop.related(kind, owner, "tags")
        },
    }


def kept_as(stream: str, shown: str) -> str:
    """Return the type under which the sandbox keeps the resources of a stream."""
    if stream == "message_templates":
        return USED_TEMPLATE
    return REMODELLED.get(shown, shown) if CLASSES[stream].oldest_revision else shown


def assert_valid(schema: Json, records: list[Json]) -> None:
    """Show that `records` are as `schema` says, and hold nothing that it does not know."""
    validator = Draft7Validator(schema, format_checker=checker)
    known = schema["properties"]
    attributes = known.get("attributes", {}).get("properties", {})
    for record in records:
        validator.validate(record)
        assert record.keys() - {"links"} <= known.keys()
        assert (record.get("attributes") or {}).keys() <= attributes.keys()


def test_a_page_is_asked_for_once_however_many_streams_need_it(story: Story) -> None:
    for made, fewest in zip(story.made, story.fewest, strict=True):
        assert fewest.keys() == made.keys()
        for endpoint, least in fewest.items():
            assert made[endpoint] <= most_requests(least), endpoint
        assert made.total() <= most_requests(fewest.total())


def test_every_stream_is_discovered(story: Story) -> None:
    assert story.discovered == {*OPEN}
    assert len(story.catalog) > 60


@pytest.mark.parametrize("stream", OPEN)
def test_a_stream_has_rows_as_its_schema_says_each_once_a_sync(story: Story, stream: str) -> None:
    assert story.first[stream]
    found = story.catalog[stream]
    records = [*story.first[stream][:MOST_CHECKED], *story.last[stream][:MOST_CHECKED]]
    assert_valid(found["json_schema"], records)
    assert [[key] for key in CLASSES[stream].keys] == found["source_defined_primary_key"]
    for each in (story.first, story.idle, story.last):
        assert len(each[stream]) == len({*keys_of(stream, each[stream])})


@pytest.mark.parametrize("stream", sorted(set(OPEN) - LINKS - PARTS - REPORTS))
def test_all_resources_of_the_type_come(story: Story, stream: str) -> None:
    (kind,) = {record["type"] for record in story.first[stream]}
    assert {record["id"] for record in story.first[stream]} == story.held[kept_as(stream, kind)]


def test_global_exclusions_are_the_suppressed_profiles(story: Story) -> None:
    suppressed = {
        record["id"]
        for record in story.first["profiles"]
        if record["attributes"]["subscriptions"]["email"]["marketing"]["suppression"]
    }
    assert suppressed
    assert {record["id"] for record in story.first["global_exclusions"]} == suppressed


@pytest.mark.parametrize("stream", sorted(LINKS))
def test_all_that_belongs_together_comes(story: Story, stream: str) -> None:
    assert story.links[stream]
    assert set(keys_of(stream, story.first[stream])) == story.links[stream]


def test_ids_that_are_put_on_top_are_those_of_the_relationships(
    story: Story, shop: Sandbox
) -> None:
    lifting = [name for name in OPEN if CLASSES[name].relationship_ids]
    assert lifting
    for name in lifting:
        for relationship, key in CLASSES[name].relationship_ids:
            assert (
                any(record[key] for record in story.first[name]) or key == "attributed_event_id"
            )  # the sandbox has none of those
            for record in story.first[name][:20]:
                related = shop.related(kept_as(name, record["type"]), record["id"], relationship)
                found = record[key]
                ids = found if isinstance(found, list) else [found] if found else []
                assert sorted(ids) == sorted(related), (name, key)


def test_the_id_of_another_streams_row_has_its_name(story: Story) -> None:
    for stream, key in NAMED.items():
        records = story.first[stream]
        assert [record[key] for record in records] == [record["id"] for record in records]


def test_the_templates_of_messages_can_be_joined(story: Story) -> None:
    held = {record["id"]: record["used_by"] for record in story.first["message_templates"]}
    named = {
        record["template_id"]: "campaign"
        for record in story.first["campaign_messages"]
        if record["template_id"]
    }
    named |= {
        each["data"]["id"]: "flow"
        for record in story.first["flow_messages"]
        if (each := record["relationships"]["template"])["data"]
    }
    assert set(named.values()) == {"campaign", "flow"}
    assert held == named
    assert not held.keys() & {record["id"] for record in story.first["email_templates"]}


@pytest.mark.parametrize("stream", WITH_CURSOR)
def test_a_next_sync_brings_what_has_changed(story: Story, stream: str) -> None:
    for output in story.outputs:
        assert output.statuses(stream)[-1] == "COMPLETE"
    cursor = CLASSES[stream].cursor_key or CLASSES[stream].cursor_attribute
    assert story.catalog[stream]["default_cursor_field"] == [cursor]
    if stream in REPORTS:
        assert not story.idle[stream]
        return
    if stream not in LINKS | PARTS:
        (kind,) = {record["type"] for record in story.first[stream]}
        changes = story.touched.get(kept_as(stream, kind), {})
        changed = {row for way in ("added", "updated") for row in changes.get(way, ())}
        assert changed <= {record["id"] for record in story.last[stream]}
    if not CLASSES[stream].arrives_late:
        idle = {record.get("id", record.get("profile_id")) for record in story.idle[stream]}
        assert len(idle) <= 2


@pytest.mark.parametrize("stream", CLOSED)
def test_a_feature_that_the_account_lacks_is_named(story: Story, stream: str) -> None:
    for output in story.outputs:
        assert output.failure_of(stream)["failure_type"] == "config_error"
        assert "Advanced KDP" in output.failure_of(stream)["message"]
        assert output.statuses(stream)[-1] == "INCOMPLETE"


@pytest.mark.parametrize("stream", CLOSED)
def test_webhooks_are_read_by_an_app(story: Story, shop: Sandbox, stream: str) -> None:
    client = Client(shop.url, AccessToken(shop.token))
    (piece,) = CLASSES[stream](client).stream_slices()
    found = CLASSES[stream](client).read_records(SyncMode.full_refresh, stream_slice=piece)
    records = [record for record in found if isinstance(record, dict)]
    assert {record["id"] for record in records} == shop.ids(records[0]["type"])
    assert_valid(story.catalog[stream]["json_schema"], records)


def test_check_tells_which_streams_need_a_feature(shop: Sandbox, tmp_path: Path) -> None:
    connection = connector_of(shop, tmp_path).check().connection
    assert connection["status"] == "SUCCEEDED"
    (line,) = connection["message"].splitlines()[1:]
    why, _, closed = line.rpartition(": ")
    assert closed.split(", ") == CLOSED
    assert "Advanced KDP" in why


def test_every_schema_refuses_something(story: Story) -> None:
    for name, stream in story.catalog.items():
        wrong = json.loads('{"type": 1, "id": null, "date": 1, "profile_id": 1}')
        assert not Draft7Validator(stream["json_schema"]).is_valid(wrong), name
