"""Every type that a schema claims is the one that Klaviyo's OpenAPI document gives."""

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

import pytest

from source_klaviyo.api.revision import DEFAULT
from source_klaviyo.streams.kinds.base import KlaviyoStream
from source_klaviyo.streams.kinds.included import IncludedStream
from source_klaviyo.streams.kinds.item import ItemStream, JoinedItemStream
from source_klaviyo.streams.kinds.union import UnionStream
from tools.documented import Documented, load
from tools.generate_schemas import FOLDER, file_name
from tools.record_schema import UNDOCUMENTED, member_schema
from unit_tests.kinds import OF_RESOURCES

Schema = dict[str, Any]

DOCUMENTED: Final = load()
COMES_ALONG_ONLY: Final = {"attribution", "conversation"}
"""Types of resources that no endpoint answers with, so that nothing is documented of them."""

OF_THIS_REVISION: Final = [
    stream for stream in OF_RESOURCES if stream.records_revision(DEFAULT) == DEFAULT
]


NORMALIZED: Final = (".latitude", ".longitude")
"""What is documented as string or number, and is a number once the connector has normalized it."""
RECORDED_ALONE = ("subscriptions.email.click_tracking",)
"""What recorded answers have, and no document of Klaviyo's."""
ECHOED: Final = (
    "profiles.json.attributes.external_id",
    "global_exclusions.json.attributes.external_id",
    ".attributes.location.zip",
)
"""What is documented as a string, and comes back as the number that it was written as."""


def included_type(stream: type[IncludedStream]) -> str:
    return stream.relationship.removesuffix("s")


def documented(stream: type[KlaviyoStream]) -> Documented:
    if issubclass(stream, UnionStream):
        return documented(next(iter(stream.kinds.values())))
    if issubclass(stream, IncludedStream):
        return DOCUMENTED[f"/api/{stream.relationship}/{{}}"]
    endpoint = (
        stream.item
        if issubclass(stream, ItemStream) and not issubclass(stream, JoinedItemStream)
        else stream.endpoint
    )
    return DOCUMENTED[re.sub(r"\{\w+\}", "{}", f"/api/{endpoint}")]


def kinds_of(schema: Schema) -> set[str]:
    declared = schema.get("type", [])
    return {declared} if isinstance(declared, str) else {*declared} - {"null"}


def kinds_in(told: Documented) -> set[str]:
    """Return the documented types; a number may be an integer, in JSON schema."""
    kinds = {*told.kinds}
    return kinds - {"integer"} if "number" in kinds else kinds


def compared(
    schema: Schema, told: Documented, place: str
) -> Iterator[tuple[str, set[str], set[str]]]:
    """Yield, for every place of `schema`, what it allows there and what is documented."""
    kinds = kinds_in(told)
    if place.endswith(NORMALIZED):
        kinds -= {"string"}
    if place.endswith(ECHOED):
        kinds |= {"number"}
    yield place, kinds_of(schema), kinds
    if "items" in schema:
        yield from compared(schema["items"], told.items, f"{place}[]")
    for name, part in schema.get("properties", {}).items():
        if f"{place}.{name}".endswith(RECORDED_ALONE):
            continue
        inner = told.properties.get(name)
        assert inner, f"{place}.{name} is in no document"
        yield from compared(part, inner, f"{place}.{name}")


def resource(stream: type[KlaviyoStream]) -> Schema:
    """Return the part of a stream's schema that is as Klaviyo answers with it."""
    schema = json.loads((FOLDER / file_name(stream)).read_text(encoding="utf-8"))
    members = ("type", "id", "attributes", "relationships", "links")
    kept = {name: schema["properties"][name] for name in members if name in schema["properties"]}
    for addition in stream.additions:
        around = {"properties": kept}
        for step in addition.path[:-1]:
            around = around["properties"][step]
        del around["properties"][addition.path[-1]]
    if recorded := UNDOCUMENTED.get(stream.resource or ""):
        with suppress(KeyError):  # of a stream that does not ask for it
            del member_schema({"properties": kept}, recorded[0][:-1])["properties"][recorded[0][-1]]
    return {"type": "object", "properties": kept}


@pytest.mark.parametrize(
    "stream",
    [
        stream
        for stream in OF_THIS_REVISION
        if not (issubclass(stream, IncludedStream) and included_type(stream) in COMES_ALONG_ONLY)
    ],
    ids=lambda stream: stream.__name__,
)
def test_every_type_is_the_documented_one(stream: type[KlaviyoStream]) -> None:
    found = list(compared(resource(stream), documented(stream), file_name(stream)))
    assert len(found) > 2
    assert [entry for entry in found if entry[1] != entry[2]] == []


def test_most_streams_are_compared() -> None:
    compared_streams = [
        stream for stream in OF_THIS_REVISION if not issubclass(stream, IncludedStream)
    ]
    assert len(compared_streams) > 50


def test_nothing_is_documented_of_what_comes_along_only() -> None:
    for name in COMES_ALONG_ONLY:
        assert f"/api/{name}s/{{}}" not in DOCUMENTED


def test_one_of_several_plain_types_is_none_of_objects() -> None:
    flow = DOCUMENTED["/api/flows/{}"].properties["attributes"].properties["definition"]
    assert flow.properties["reentry_criteria"].properties["unit"].kinds == ["string"]
    extended = DOCUMENTED["/api/metric-properties/{}"].properties["attributes"]
    values = extended.properties["sample_values"]
    assert values.kinds == ["array"]
    assert values.items.kinds == ["boolean", "integer", "number", "string"]


def test_what_is_not_known_may_be_anything() -> None:
    unknown = Documented()
    assert (unknown.kinds, unknown.properties, unknown.items.kinds) == ([], {}, [])
