"""One resource, rendered once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple


class Reference(NamedTuple):
    """Type and id of a resource."""

    type: str
    id: str

    def __str__(self) -> str:
        """Return the id, for texts about the resource."""
        return self.id


Scalar = str | int | float | bool | None
Value = Scalar | Sequence[Scalar]
Links = Reference | Sequence[Reference] | None
"""The targets of a relationship: one, many, or nothing."""


def each(links: Links) -> Sequence[Reference]:
    """Return the references in `links` as a sequence."""
    if links is None:
        return ()
    return (links,) if isinstance(links, Reference) else links


@dataclass(slots=True, eq=False)
class Row:
    """One resource: its attributes as JSON text, and the values to find it by."""

    type: str
    id: str
    attributes: bytes
    """JSON text of the attributes; empty for a type without any."""
    relations: Mapping[str, Links]
    facts: Mapping[str, Value]
    """Value per field to filter or sort by; dates in microseconds since 1970."""
    optional: Mapping[str, bytes]
    """JSON text of the attributes behind `additional-fields`."""

    def value(self, field: str) -> Value:
        """Return the value of `field` for filters."""
        return self.facts.get(field)

    def place(self, field: str) -> Value:
        """Return the value of `field` for sorting.

        The same, except for misplaced rows.
        """
        misplaced = self.facts.get(f"~{field}")
        return self.facts.get(field) if misplaced is None else misplaced


class EventRow(Row):
    """An event: a million of them must fit, so there is no table of facts for each."""

    __slots__ = ("micros", "shape", "text")

    def __init__(
        self, resource_id: str, attributes: bytes, relations: Mapping[str, Links], micros: int
    ) -> None:
        """`micros`: the event's instant, in microseconds since 1970."""
        super().__init__("event", resource_id, attributes, relations, NOTHING, NOTHING_OPTIONAL)
        self.micros = micros
        self.shape = ""
        self.text = b""
        """How it was last written, and in which shape: a changed event is a new row, so this stays
        true."""

    def value(self, field: str) -> Value:
        """Return the value of `field` for filters and sorting."""
        if field == "datetime":
            return self.micros
        if field == "timestamp":
            return self.micros // 1_000_000
        link = self.relations.get(field.removesuffix("_id"))
        return link.id if isinstance(link, Reference) else None

    def place(self, field: str) -> Value:
        """As `value`: events are always in order."""
        return self.value(field)


NOTHING: Mapping[str, Value] = {}
NOTHING_OPTIONAL: Mapping[str, bytes] = {}
