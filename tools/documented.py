"""What Klaviyo's OpenAPI document says of types, as `tools.extract_types` has written it down."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

from source_klaviyo.api.revision import DEFAULT

FILE: Final = Path(__file__).parent / f"documented-{DEFAULT}.json"

Type: TypeAlias = str | list[str] | dict[str, Any] | None
"""See extract_types.py; None where it may be anything, or where nothing is known."""


@dataclass(frozen=True, slots=True)
class Documented:
    """A type, and the components that it may refer to; without arguments, one of unknown type."""

    _type: Type = None
    _components: Mapping[str, Type] = field(default_factory=dict)

    @property
    def kinds(self) -> list[str]:
        """The JSON types that a value may have, sorted; none where it may be anything."""
        resolved = self._resolved
        if resolved is None:
            return []
        if isinstance(resolved, dict):
            return ["array" if "items" in resolved else "object"]
        return [resolved] if isinstance(resolved, str) else resolved

    @property
    def properties(self) -> dict[str, "Documented"]:
        """The properties of an object, none where they are not known."""
        resolved = self._resolved
        found = resolved.get("properties", {}) if isinstance(resolved, dict) else {}
        return {name: Documented(value, self._components) for name, value in found.items()}

    @property
    def items(self) -> "Documented":
        """What an array holds."""
        resolved = self._resolved
        found = resolved.get("items") if isinstance(resolved, dict) else None
        return Documented(found, self._components)

    @property
    def _resolved(self) -> Type:
        if isinstance(self._type, dict) and "ref" in self._type:
            return self._components[self._type["ref"]]
        return self._type


def load() -> dict[str, Documented]:
    """Return the resources that GET endpoints answer with, by path with unnamed parameters."""
    written = json.loads(FILE.read_text(encoding="utf-8"))
    return {
        path: Documented(found, written["components"])
        for path, found in written["endpoints"].items()
    }
