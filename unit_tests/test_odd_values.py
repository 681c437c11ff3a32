"""A value of a type that nobody expected costs the derived columns of its row: no row is lost."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from functools import cache
from typing import Any, Final

import orjson
import pytest
import requests

from klaviyo_sandbox.spec import wire_type
from source_klaviyo.api.documents.error_document import error_document
from source_klaviyo.protocol import Extract, PageRequest
from source_klaviyo.streams.kinds.base import KlaviyoStream
from source_klaviyo.streams.kinds.included import IncludedStream
from source_klaviyo.streams.kinds.item import NamedItemStream
from source_klaviyo.streams.requests.collection import KlaviyoCollection
from source_klaviyo.streams.requests.collection_view import CollectionView
from unit_tests.kinds import OF_RESOURCES, made
from unit_tests.test_declarations import endpoint_of, single

Json = dict[str, Any]
Path = tuple[str | int, ...]

MISSING: Final = "(missing)"
ODD: Final[tuple[object, ...]] = (
    None,
    7,
    1.5,
    True,
    "x",
    "",
    [],
    [None],
    ["x"],
    {},
    {"a": 1},
    MISSING,
)
STREAMS: Final = list(single(OF_RESOURCES))


def relationships(stream: type[KlaviyoStream]) -> list[str]:
    """Return the relationships that a stream reads."""
    named = {*stream.include, *(name for name, _ in stream.relationship_ids)}
    if issubclass(stream, IncludedStream):
        named = {*stream.include, stream.relationship}
    return sorted(named & endpoint_of(stream, stream.endpoint).relations.keys())


def rows(stream: type[KlaviyoStream]) -> list[Json]:
    """Return three rows of a stream's collection, with all that the stream reads of a row."""
    endpoint = endpoint_of(stream, stream.endpoint)
    attributes = {}
    if stream.cursor_attribute:
        attributes = {stream.cursor_attribute: "2026-09-04T13:38:55+00:00"}
    made = []
    for name in "123":
        held: Json = {}
        for relationship in relationships(stream):
            relation = endpoint.relations[relationship]
            other = {"type": wire_type(relation.type), "id": f"o{name}"}
            held[relationship] = {"data": [other] if relation.many else other}
        made.append(
            {"type": endpoint.type, "id": name, "attributes": {**attributes}, "relationships": held}
        )
    return made


def along(found: list[Json]) -> list[Json]:
    """Return what comes included with rows."""
    held = [each["data"] for row in found for each in row["relationships"].values()]
    flat = [one for each in held for one in (each if isinstance(each, list) else [each])]
    return [{**one, "attributes": {}, "relationships": {}} for one in flat]


def places(value: Any, path: Path = ()) -> Iterator[Path]:  # noqa: ANN401  JSON
    """Yield where in a document values stand, all but the names of types."""
    keys = list(value) if isinstance(value, dict) else range(len(value) * isinstance(value, list))
    for key in keys:
        yield (*path, key)
        yield from places(value[key], (*path, key))


def spoilt(document: Any, path: Path, odd: object) -> Any:  # noqa: ANN401  JSON
    """Return a document with another value in one place."""
    copy = deepcopy(document)
    within = copy
    for key in path[:-1]:
        within = within[key]
    if odd == MISSING and isinstance(within, dict):
        del within[path[-1]]
    else:
        within[path[-1]] = odd
    return copy


def read(stream: type[KlaviyoStream], found: object, included: object) -> list[Extract]:
    """Return what the stream, and the listing of its children's parents, make of a page."""
    response = requests.Response()
    response.status_code = 200
    response.url = f"https://a.klaviyo.com/api/{stream.endpoint}"
    links = {"self": response.url, "next": None}
    along = {} if included == MISSING else {"included": included}
    response._content = orjson.dumps({"data": found, "links": links, **along})
    collection, request = reading(stream)
    return list(collection.read(response, request).extracts)


@cache
def reading(stream: type[KlaviyoStream]) -> tuple[KlaviyoCollection, PageRequest]:
    read = made(stream)
    views = [read.collection_view(read.name), CollectionView(read.parents_view("parent"))]
    return read.collection(views), replace(read.first_request({}), views=(0, 1))


def shown(extracts: list[Extract]) -> list[str]:
    """Return the rows that a page brings, each as text."""
    records, listing = extracts
    wholes = [b"".join(record) for record in records.records]
    for whole in wholes:
        orjson.loads(whole)
    items = [f"{item.id} {item.fields.decode()}" for item in records.items]
    return [*(whole.decode() for whole in wholes), *items, *map(str, listing.children)]


@pytest.mark.parametrize("stream", STREAMS)
def test_a_value_of_another_type_costs_no_other_row(stream: type[KlaviyoStream]) -> None:
    sound = rows(stream)
    included = along(sound)
    whole = shown(read(stream, sound, included))
    others = shown(read(stream, [sound[0], sound[2]], included))
    assert others
    named = issubclass(stream, IncludedStream | NamedItemStream)
    for path in places(sound[1]):
        for odd in ODD:
            found = shown(read(stream, spoilt(sound, (1, *path), odd), included))
            assert set(others) <= set(found), (path, odd)
            if not (named and path[0] == "relationships"):
                assert len(found) == len(whole), (path, odd)


@pytest.mark.parametrize("stream", STREAMS)
def test_what_is_no_resource_costs_no_other_row(stream: type[KlaviyoStream]) -> None:
    sound = rows(stream)
    included = along(sound)
    others = shown(read(stream, [sound[0], sound[2]], included))
    for odd in (each for each in ODD if each != {"a": 1}):
        assert shown(read(stream, [sound[0], odd, sound[2]], included)) == others, odd


@pytest.mark.parametrize(
    "stream", [stream for stream in STREAMS if stream.include or issubclass(stream, IncludedStream)]
)
def test_an_included_resource_of_another_type_costs_only_itself(
    stream: type[KlaviyoStream],
) -> None:
    sound = rows(stream)
    included = along(sound)
    whole = shown(read(stream, sound, included))
    for path in [(0,), *((0, key) for key in included[0])]:
        for odd in ODD:
            found = shown(read(stream, sound, spoilt(included, path, odd)))
            assert len(found) == len(whole), (path, odd)
            assert len(set(whole) - set(found)) <= 1, (path, odd)
        assert len(shown(read(stream, sound, odd))) == len(whole)


@pytest.mark.parametrize("odd", ODD)
def test_an_error_document_says_what_can_be_read_of_it(odd: object) -> None:
    sound = {"detail": "no", "title": "t", "source": {"parameter": "sort", "pointer": "/x"}}
    assert said([sound]) == ("no", "sort", "/x")
    for path in places(sound):
        detail, parameter, pointer = said([spoilt(sound, path, odd)])
        assert ("detail" in path) or detail == "no"
        assert ("source" in path) or (parameter, pointer) == ("sort", "/x")
    assert said([odd, sound])[1:] == ("sort", "/x")


def said(errors: object) -> tuple[str, str | None, str | None]:
    response = requests.Response()
    response._content = orjson.dumps({"errors": errors})
    document = error_document(response)
    assert document
    return document.detail, document.parameter, document.pointer
