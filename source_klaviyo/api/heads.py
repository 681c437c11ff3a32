"""The few parts of a JSON:API resource that reading it needs, without parsing the rest."""

from collections.abc import Sequence
from typing import Protocol, cast

import msgspec


class Identifier(msgspec.Struct, frozen=True, gc=False):
    """A resource identifier object, as relationships hold them."""

    type: str
    id: str


Related = list[Identifier] | Identifier | None
"""What a relationship holds: many, one, none; None as well where its `data` was left out."""


Head = tuple[str, str | None, list[Related]]
"""A resource's id, the value of its cursor, and what its named relationships hold."""


class _Relationship(msgspec.Struct, gc=False):
    data: Related = None


class _Attributes(Protocol):
    cursor: str | None


class _Resource(Protocol):
    id: str
    attributes: _Attributes
    relationships: object


class HeadReader:
    """Reads heads: the attribute `cursor` and the `relationships`, both by Klaviyo's names."""

    def __init__(self, cursor: str | None, relationships: Sequence[str] = ()) -> None:
        self._keys = [f"r{number}" for number, _ in enumerate(relationships)]
        attributes = msgspec.defstruct(
            "Attributes", [("cursor", str | None, None)], rename={"cursor": cursor or "-"}
        )
        related = msgspec.defstruct(
            "Relationships",
            [
                (key, _Relationship, msgspec.field(default_factory=_Relationship))
                for key in self._keys
            ],
            rename=dict(zip(self._keys, relationships, strict=True)),
        )
        resource = msgspec.defstruct(
            "Resource",
            [
                ("id", str),
                ("attributes", attributes, msgspec.field(default_factory=attributes)),
                ("relationships", related, msgspec.field(default_factory=related)),
            ],
        )
        self._decoder = cast("msgspec.json.Decoder[_Resource]", msgspec.json.Decoder(resource))

    def read(self, resource: msgspec.Raw) -> Head:
        """Return the head of `resource`. Raises msgspec.DecodeError where it has none."""
        decoded = self._decoder.decode(resource)
        held = decoded.relationships
        related = [getattr(held, key).data for key in self._keys]
        return decoded.id, decoded.attributes.cursor, related
