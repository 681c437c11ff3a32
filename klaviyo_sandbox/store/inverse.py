"""Relationships stored on the other side."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path

from klaviyo_sandbox.store.row import Links, Reference, Row, each
from klaviyo_sandbox.store.rows import Table

_FILE = Path(__file__).parent / "inverse.json"
INVERSE_OF: Mapping[str, Mapping[str, tuple[str, str]]] = json.loads(_FILE.read_text("utf-8"))
"""Parent type, then relationship: the child type and its relationship to the parent."""


class Inverses:
    """Parents to children, rebuilt when the children's table changed."""

    def __init__(self, table: Callable[[str], Table]) -> None:
        """`table` gives the table of a type."""
        self._table = table
        self._built: dict[tuple[str, str], tuple[int, dict[Reference, list[Reference]]]] = {}

    def of(self, row: Row, name: str) -> Links:
        """Return the targets of `row` under `name`; empty for an unknown relationship."""
        child = INVERSE_OF.get(row.type, {}).get(name)
        if child is None:
            return ()
        return self._children(*child).get(Reference(row.type, row.id), ())

    def _children(self, kind: str, relationship: str) -> dict[Reference, list[Reference]]:
        table = self._table(kind)
        version, found = self._built.get((kind, relationship), (-1, {}))
        if version != table.version:
            found = {}
            for row in table:
                for parent in each(row.relations.get(relationship)):
                    found.setdefault(parent, []).append(Reference(row.type, row.id))
            self._built[(kind, relationship)] = (table.version, found)
        return found
