"""Fields that `exclude_fields` removes: from requests where possible, and from all records."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from source_klaviyo.api.documents.json_parts import Path, elements, members
from source_klaviyo.errors import ConfigError
from source_klaviyo.protocol import Record
from source_klaviyo.suggestion import did_you_mean_or

Parameters = tuple[tuple[str, str], ...]
Schema = Mapping[str, Any]

_ATTRIBUTES: Final = "attributes"


class Excluded:
    """The fields that the records of a stream lack, each as its path from the top.

    >>> Excluded([("attributes", "email")]).cut([(b'{"id":"1","attributes":{"email":"a"', b"}}")])
    [(b'{"id":"1","attributes":{}}', b'')]
    """

    def __init__(self, paths: Sequence[Path] = ()) -> None:
        self._paths = paths

    def __bool__(self) -> bool:
        return bool(self._paths)

    def cut(self, records: Sequence[Record]) -> Sequence[Record]:
        """Return `records` without the fields; all else stays as sent, to the digit."""
        if not self._paths:
            return records
        return [(bytes(self.cut_from(msgspec.Raw(b"".join(each)))), b"") for each in records]

    def cut_from(self, resource: msgspec.Raw) -> msgspec.Raw:
        """Return a resource without the fields."""
        return _without(resource, self._paths)

    def schema(self, schema: Schema) -> Schema:
        """Return a schema without the fields."""
        return _schema_without(schema, self._paths)

    def narrowed(
        self, parameters: Parameters, resource: str, attributes: Iterable[str]
    ) -> Parameters:
        """Return the parameters of requests for `resource`, without the excluded attributes.

        `attributes` are all attributes of the resource. Klaviyo's sparse fieldsets name the wanted
        attributes, so attributes that no schema has yet are not asked for either:
        https://developers.klaviyo.com/en/reference/api_overview .
        """
        gone = {path[-1] for path in self._paths if path[:-1] == (_ATTRIBUTES,)}
        if not gone:
            return parameters
        fields = f"fields[{resource}]"
        asked = {fields: ",".join(attributes)} | dict(parameters)
        for name in (fields, f"additional-{fields}"):
            wanted = asked.get(name, "").split(",")
            asked[name] = ",".join(each for each in wanted if each not in gone)
        return tuple((name, value) for name, value in asked.items() if value)


def excluded(stream: str, schema: Schema, kept: Collection[Path], names: Sequence[str]) -> Excluded:
    """Return the excluded fields of a stream by name: `email`, `location.city`, `metric_name`.

    A name stands for the attribute and for the column at the top. Raises ConfigError for a name
    that `schema` does not have, and for a name that holds a path in `kept`.
    """
    paths = []
    for name in names:
        path = tuple(name.split("."))
        found = [each for each in (path, (_ATTRIBUTES, *path)) if _has(schema, each)]
        if not found:
            close = did_you_mean_or([name], _names(schema), "There are")
            raise ConfigError(f"exclude_fields: {stream} has no field {name}.{close}")
        if any(each[: len(path)] == path for each in kept for path in found):
            raise ConfigError(
                f"exclude_fields: {name} of {stream} cannot be left out: rows are told apart"
                " or found again by it."
            )
        paths += found
    return Excluded(paths)


def _has(schema: Schema, path: Path) -> bool:
    """Whether objects of `schema` can have something at `path`."""
    for key in path:
        schema = schema.get("items", schema)
        if "properties" not in schema:  # custom properties may have any name
            return "object" in schema.get("type", "object")
        if key not in schema["properties"]:
            return False
        schema = schema["properties"][key]
    return True


def _names(schema: Schema) -> Iterator[str]:
    """Yield the names of the fields, attributes without the prefix `attributes`."""
    properties = schema["properties"]
    attributes = properties.get(_ATTRIBUTES, {}).get("properties", {})
    for name, below in {**properties, **attributes}.items():
        yield name
        if name != _ATTRIBUTES:
            yield from (f"{name}.{key}" for key in below.get("properties", ()))


def _below(paths: Sequence[Path]) -> Mapping[str, list[Path]]:
    """Return the rest of each path with more than a single key, by the first key."""
    found = defaultdict(list)
    for key, *rest in paths:
        if rest:
            found[key].append(tuple(rest))
    return found


def _without(value: msgspec.Raw, paths: Sequence[Path]) -> msgspec.Raw:
    if bytes(value).startswith(b"["):
        return msgspec.Raw(msgspec.json.encode([_without(each, paths) for each in elements(value)]))
    parts = dict(members(value))
    if not parts:
        return value
    for path in paths:
        parts.pop(".".join(path), None)  # the name of a custom property may have dots
    for key, rest in _below(paths).items():
        if key in parts:
            parts[key] = _without(parts[key], rest)
    return msgspec.Raw(msgspec.json.encode(parts))


def _schema_without(schema: Schema, paths: Sequence[Path]) -> Schema:
    if "items" in schema:
        return {**schema, "items": _schema_without(schema["items"], paths)}
    if "properties" not in schema:
        return schema
    gone = {path[0] for path in paths if len(path) == 1}
    below = _below(paths)
    left = {
        key: _schema_without(part, below.get(key, ()))
        for key, part in schema["properties"].items()
        if key not in gone
    }
    return {**schema, "properties": left}
