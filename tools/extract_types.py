"""Writes the types of all that GET endpoints answer with: `tools/documented-<revision>.json`.

Usage: `python -m tools.extract_types PATH_OF_openapi.json`

The SDK hides some of them: what the OpenAPI document says is one of several plain types is a
dictionary there. The input is Klaviyo's public OpenAPI document; nothing reads it again once this
script has run. In the output a type is one of

    "string"                        a plain type; "object" is one of which nothing more is said
    ["integer", "string"]           one of several
    {"items": TYPE}                 an array
    {"properties": {NAME: TYPE}}    an object
    {"ref": NAME}                   what stands under that name in `components`
    null                            anything
"""

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tools.documented import FILE, Type

_JSON_API: Final = "application/vnd.api+json"
_PREFIX: Final = "#/components/schemas/"
_PARAMETER: Final = re.compile(r"\{\w+\}")

Schema = Mapping[str, Any]


class Extraction:
    """Takes types out of one document; `components` are those that were met on the way."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        """Start with no component met."""
        self._document = document
        self._schemas: Mapping[str, Schema] = document["components"]["schemas"]
        self.components: dict[str, Type] = {}

    def endpoints(self) -> dict[str, Type]:
        """Return the type of one resource of `data`, by path with unnamed parameters."""
        found = {}
        for path, methods in self._document["paths"].items():
            answer = methods.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
            if path.startswith("/api/") and _JSON_API in answer:
                data = self._merged(answer[_JSON_API]["schema"]).get("data", {})
                resource = data.get("items", data)
                found[_PARAMETER.sub("{}", path)] = self._type(resource)
        return found

    def _merged(self, schema: Schema) -> dict[str, Schema]:
        """Return the properties of an object, those of all its `allOf` parts together."""
        if "$ref" in schema:
            return self._merged(self._schemas[schema["$ref"].removeprefix(_PREFIX)])
        properties: dict[str, Schema] = {}
        for part in (*schema.get("allOf", ()), {"properties": schema.get("properties", {})}):
            found = part["properties"] if "properties" in part else self._merged(part)
            for name, value in found.items():
                held = properties.get(name)
                properties[name] = {"allOf": [held, value]} if held else value
        return properties

    def _type(self, schema: Schema) -> Type:
        if "$ref" in schema:
            return self._component(schema["$ref"].removeprefix(_PREFIX))
        parts = [self._type(part) for part in schema.get("allOf", ())]
        if plain := [part for part in parts if not isinstance(part, dict)]:
            return plain[0]
        if alternatives := schema.get("oneOf") or schema.get("anyOf"):
            return self._one_of([self._type(other) for other in alternatives])
        if parts or schema.get("properties"):
            return {
                "properties": {
                    name: self._type(value) for name, value in self._merged(schema).items()
                }
            }
        if schema.get("type") == "array":
            return {"items": self._type(schema.get("items", {}))}
        kind: str | None = schema.get("type")
        return kind

    def _component(self, name: str) -> Type:
        """Return a reference to a component that is an object, else its type."""
        if name not in self.components:
            self.components[name] = {"ref": name}  # while it is taken out, it may name itself
            self.components[name] = self._type(self._schemas[name])
        found = self.components[name]
        if isinstance(found, dict) and ("properties" in found or found == {"ref": name}):
            return {"ref": name}
        return found

    def _one_of(self, alternatives: list[Type]) -> Type:
        """Return what any of `alternatives` may be; of objects and arrays no more than that."""
        kinds: dict[str, None] = {}
        for other in alternatives:
            if other is None:
                return None
            kinds |= dict.fromkeys(other if isinstance(other, list) else [self._plain(other)])
        return next(iter(kinds)) if len(kinds) == 1 else sorted(kinds)

    @staticmethod
    def _plain(found: str | dict[str, Any]) -> str:
        if isinstance(found, str):
            return found
        return "array" if "items" in found else "object"


def _used(found: Type, components: Mapping[str, Type], into: dict[str, Type]) -> None:
    """Put the components that `found` names into `into`, with those that they name."""
    if not isinstance(found, dict):
        return
    if "ref" in found and found["ref"] not in into:
        into[found["ref"]] = components[found["ref"]]
        _used(components[found["ref"]], components, into)
    _used(found.get("items"), components, into)
    for value in found.get("properties", {}).values():
        _used(value, components, into)


def _lines(found: Mapping[str, Type]) -> str:
    return ",\n".join(f"{json.dumps(name)}: {json.dumps(found[name])}" for name in sorted(found))


def main() -> None:
    """Read the document, write the file, say what was written."""
    document = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    extraction = Extraction(document)
    endpoints = extraction.endpoints()
    used: dict[str, Type] = {}
    for found in endpoints.values():
        _used(found, extraction.components, used)
    text = f'{{"endpoints": {{\n{_lines(endpoints)}\n}},\n"components": {{\n{_lines(used)}\n}}}}\n'
    FILE.write_text(text, encoding="utf-8")
    print(f"{len(endpoints)} endpoints, {len(used)} components -> {FILE.name}")


if __name__ == "__main__":
    main()
