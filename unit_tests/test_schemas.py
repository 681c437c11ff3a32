import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from jsonschema import Draft7Validator
from pydantic import BaseModel

from source_klaviyo.api.revision import DEFAULT
from source_klaviyo.config.dimensions import DIMENSIONS
from source_klaviyo.registry import STREAMS
from source_klaviyo.reports.metric_aggregates import dimension_key
from source_klaviyo.streams.kinds.base import KlaviyoStream
from source_klaviyo.streams.kinds.included import IncludedStream
from source_klaviyo.streams.kinds.union import UnionStream
from source_klaviyo.streams.profiles import ProfileConsents
from tools.generate_schemas import FOLDER, file_name, main, sdk_of
from tools.record_schema import DRAFT, record_schema
from tools.sdk import Sdk, load_all
from tools.shapes import Schema, of_model
from unit_tests.kinds import OF_RESOURCES

KEYWORDS: Final = frozenset(
    {
        "$schema",
        "type",
        "format",
        "airbyte_type",
        "description",
        "additionalProperties",
        "properties",
        "items",
    }
)

each_stream = pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.__name__)
of_resources = pytest.mark.parametrize(
    "stream",
    [stream for stream in OF_RESOURCES if stream is not ProfileConsents],  # its records are rows
    ids=lambda stream: stream.__name__,
)


@pytest.fixture(scope="module")
def sdks() -> dict[str, Sdk]:
    return load_all()


@pytest.fixture(scope="module")
def installed(sdks: dict[str, Sdk]) -> Sdk:
    return sdks[DEFAULT]


def on_disk(name: str) -> Schema:
    found: Schema = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return found


def schemas_in(schema: Schema) -> Iterator[Schema]:
    yield schema
    for child in schema.get("properties", {}).values():
        yield from schemas_in(child)
    if "items" in schema:
        yield from schemas_in(schema["items"])


def attributes_of(resource: Schema) -> dict[str, Schema]:
    attributes = resource["properties"].get("attributes", {})
    found: dict[str, Schema] = attributes.get("properties", {})
    return found


def test_every_stream_has_a_file_and_every_file_a_stream() -> None:
    names = [file_name(stream) for stream in STREAMS]
    assert len(names) == len(set(names)) > 0
    assert {path.name for path in FOLDER.iterdir()} == set(names)


RESERVED: Final = frozenset(
    Path(__file__).with_name("reserved_words.txt").read_text(encoding="utf-8").split()
)
"""The reserved words of PostgreSQL, Snowflake, BigQuery and DuckDB."""


BARE: Final = frozenset(
    {
        "CatalogCategoryItems",
        "EventAttributions",
        "ObjectTypeLinks",
        "ObjectTypeProfileLinks",
        "ProfileBulkImportLists",
        "ProfileBulkImportProfiles",
        "WebhookTopics",
    }
)
"""Streams of resources that are nothing but an id, or an id and relationships."""


@each_stream
def test_it_is_a_draft_07_schema_without_references_and_listed_values(
    stream: type[KlaviyoStream],
) -> None:
    schema = on_disk(file_name(stream))
    Draft7Validator.check_schema(schema)
    assert schema["$schema"] == DRAFT
    parts = list(schemas_in(schema))
    assert len(parts) > 3
    for part in parts:
        assert set(part) <= KEYWORDS  # so no $ref, enum, const, allOf, anyOf, oneOf, required
        if "object" in part.get("type", ()):
            assert part["additionalProperties"] is True


@each_stream
def test_no_column_needs_quotes_in_sql(stream: type[KlaviyoStream]) -> None:
    """A word with a hyphen or a reserved word would; no stream of the official connector has one.

    What other columns the user chooses for `metric_aggregates` follows the same rule.
    """
    columns = {*on_disk(file_name(stream))["properties"], *map(dimension_key, DIMENSIONS)}
    assert not columns & RESERVED
    assert all(re.fullmatch(r"_?[a-z][a-z0-9_]*", column) for column in columns)


@of_resources
def test_keys_attributes_and_cursor_have_their_types(stream: type[KlaviyoStream]) -> None:
    schema = on_disk(file_name(stream))
    properties, attributes = schema["properties"], attributes_of(schema)
    fixed = {"type", "id", "channel", stream.parent_key, getattr(stream, "owner_key", "")}
    if issubclass(stream, UnionStream):
        fixed |= {*stream.keys, stream.kind_key}
    assert {"type", "id"} <= set(properties)
    for name, part in properties.items():
        assert ("null" in part["type"]) == (name not in fixed), name
    for key in stream.keys:
        assert properties[key]["type"] == "string"
    for name, part in attributes.items():
        assert "null" in part.get("type", "null"), name
    assert bool(attributes) == (stream.__name__ not in BARE)
    if stream.cursor_attribute:
        cursor = properties[stream.cursor_key or stream.cursor_attribute]
        assert (cursor["type"], cursor["format"]) == (["null", "string"], "date-time")


@each_stream
def test_what_the_connector_adds_stands_on_top(stream: type[KlaviyoStream]) -> None:
    properties = on_disk(file_name(stream))["properties"]
    for each in stream.derived:
        for key, kind in each.types.items():
            assert properties[key] == {"type": ["null", kind]}
    for _, key in stream.relationship_ids:
        many = key.endswith("_ids")
        assert properties[key]["type"] == ["null", "array" if many else "string"]
        assert properties[key].get("items") == ({"type": "string"} if many else None)
    if issubclass(stream, IncludedStream) or stream is ProfileConsents:
        return
    for relationship in {*stream.include} - {*dict(stream.relationship_ids)}:
        included = properties[relationship.replace("-", "_")]
        one = included.get("items", included)
        assert {"type", "id", "attributes", "relationships", "links"} <= set(one["properties"])
        assert relationship in properties["relationships"]["properties"]


def test_attributes_that_are_not_asked_for_are_left_out() -> None:
    attributes = attributes_of(on_disk("profiles.json"))
    assert "subscriptions" in attributes
    assert "sample_values" in attributes_of(on_disk("metric_properties.json"))
    assert "definition" not in attributes_of(on_disk("flows.json"))


def test_coordinates_are_numbers_and_custom_properties_free() -> None:
    attributes = attributes_of(on_disk("profiles.json"))
    location = attributes["location"]["properties"]
    assert location["latitude"]["type"] == location["longitude"]["type"] == ["null", "number"]
    assert attributes["properties"]["type"] == ["null", "object"]
    assert "properties" not in attributes["properties"]


class Odd(BaseModel):
    size: complex


def test_a_kind_of_field_that_is_not_known_is_an_error() -> None:
    with pytest.raises(TypeError, match="complex"):
        of_model(Odd)


def test_the_files_are_what_the_command_writes_and_a_change_by_hand_is_mended(
    tmp_path: Path,
    sdks: dict[str, Sdk],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for path in FOLDER.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr("tools.generate_schemas.FOLDER", tmp_path)
    monkeypatch.setattr("tools.generate_schemas.load_all", lambda: sdks)
    assert main(["--check"]) == 0, f"run: python -m tools.generate_schemas\n{capsys.readouterr()}"
    changed = on_disk("lists.json")
    attributes_of(changed)["name"]["type"] = "integer"
    (tmp_path / "lists.json").write_text(json.dumps(changed, indent=2) + "\n")
    (tmp_path / "stray.json").write_text("{}\n")
    (tmp_path / "tags.json").unlink()

    assert main(["--check"]) == 1
    told = capsys.readouterr().out
    assert told.startswith("lists.json differs\nstray.json differs\ntags.json differs\n")
    main([])
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        path.name: path.read_bytes() for path in FOLDER.iterdir()
    }


class Elsewhere(KlaviyoStream):
    endpoint = "nowhere"


class Unsorted(KlaviyoStream):
    endpoint = "lists"
    cursor_attribute = "moved"


class Alone(KlaviyoStream):
    endpoint = "lists"
    include = ("friends",)


@pytest.mark.parametrize(
    ("stream", "word"), [(Elsewhere, "/api/nowhere"), (Unsorted, "moved"), (Alone, "friends")]
)
def test_what_the_sdk_does_not_know_is_an_error(
    stream: type[KlaviyoStream], word: str, installed: Sdk
) -> None:
    with pytest.raises(LookupError, match=re.escape(word)):
        record_schema(stream, installed)


class Tomorrow(KlaviyoStream):
    endpoint = "lists"
    oldest_revision = "2999-01-15"


def test_a_stream_of_another_revision_needs_its_own_sdk(installed: Sdk) -> None:
    tomorrow = Sdk("2999-01-15", {})
    known = {sdk.revision: sdk for sdk in (installed, tomorrow)}
    assert sdk_of(Tomorrow, known) is tomorrow
    assert sdk_of(Elsewhere, known) is installed


def test_a_missing_sdk_names_the_command_that_brings_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tools.sdk._NEWER", tmp_path / "none")
    with pytest.raises(FileNotFoundError, match="make test"):
        load_all()
