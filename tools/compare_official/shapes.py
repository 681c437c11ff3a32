"""The paths that a stream's records have, and the types there; no values."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

from tools.compare_official.output import Json

RECORDED: Final = (
    Path(__file__).parents[2] / "integration_tests" / "connector" / "official_shapes.json"
)
"""What the official connector's records have; the tests hold ours against it."""

Shape = dict[str, list[str]]

_OF_THE_USER: Final = frozenset({"properties", "event_properties", "custom_metadata", "values"})
"""Members whose own members are the user's, not Klaviyo's."""


def shapes(records: Mapping[str, Iterable[Json]]) -> dict[str, Shape]:
    """Return the shape of each stream's records."""
    return {stream: shape(found) for stream, found in sorted(records.items())}


def shape(records: Iterable[Json]) -> Shape:
    """Return the types by path; an entry of a list has the list's path and `[]`."""
    types: dict[str, set[str]] = defaultdict(set)
    for record in records:
        for path, kind in _types(record, ""):
            types[path].add(kind)
    return {path: sorted(kinds) for path, kinds in sorted(types.items())}


def record_shapes(records: Mapping[str, Iterable[Json]]) -> None:
    """Write the shapes of the official connector's records to where the tests find them."""
    text = json.dumps(shapes(records), indent=1, sort_keys=True)
    RECORDED.write_text(f"{text}\n", encoding="utf-8")


def recorded_shapes() -> dict[str, Shape]:
    """Return what `record_shapes` wrote."""
    found: dict[str, Shape] = json.loads(RECORDED.read_text(encoding="utf-8"))
    return found


def _types(value: object, path: str) -> Iterator[tuple[str, str]]:
    match value:
        case dict():
            yield path, "object"
            if path.rpartition(".")[2] not in _OF_THE_USER:
                for key, below in value.items():
                    yield from _types(below, f"{path}.{key}" if path else key)
        case list():
            yield path, "array"
            for below in value:
                yield from _types(below, f"{path}[]")
        case bool():
            yield path, "boolean"
        case int() | float():
            yield path, "number"
        case str():
            yield path, "string"
        case _:
            yield path, "null"
