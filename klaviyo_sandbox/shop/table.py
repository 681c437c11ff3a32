"""The declared tables: templates of the resources of each type."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

Template = dict[str, Any]
"""A JSON object with blanks."""
_FOLDER = Path(__file__).parent


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One resource type, as `tables/*.json` declares it. `Blanks` explains templates."""

    id: str
    """Template of the id."""
    like: str = ""
    """Another type, which has all members that are not declared here."""
    attributes: Template = {}
    """Template of all attributes, those behind `additional-fields` included."""
    relationships: Template = {}
    """Per relationship `{"one": TYPE}`, `{"some": TYPE, "least": N, "most": N}`, or a blank."""
    facts: Template = {}
    """Values that the API filters on but does not show."""
    blanks: Template = {}
    """The values of the type's own blanks."""
    rows: list[Template] = []
    """Resources that a shop always has, each by the blanks in which it differs."""
    count: int | str = 0
    """The number of further resources, or the name of an option in `Settings`."""
    days: tuple[float, float] = (0.01, 730.0)
    """The bounds of their age in days."""
    children: Template = {}
    """The number of child resources, by type; their blank `parent` is this resource."""


def _load() -> dict[str, Table]:
    declared: dict[str, Template] = {}
    for file in sorted((_FOLDER / "tables").glob("*.json")):
        declared |= json.loads(file.read_text(encoding="utf-8"))
    whole = {
        kind: {**declared.get(str(table.get("like")), {}), **table}
        for kind, table in declared.items()
    }
    return msgspec.convert(whole, dict[str, Table])


TABLES: Mapping[str, Table] = _load()
"""By resource type."""
WORDS: Mapping[str, list[str]] = json.loads((_FOLDER / "words.json").read_text(encoding="utf-8"))
"""Words for names and texts, by their blank."""
