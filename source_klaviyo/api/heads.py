"""The few parts of a JSON:API resource that reading it needs, without parsing the rest."""

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any, NamedTuple, cast

import msgspec


class Identifier(msgspec.Struct, frozen=True, gc=False):
    """A resource identifier object, as relationships hold them."""

    type: str
    id: str


class Id(msgspec.Struct, gc=False):
    """The id of a resource identifier object, as the JSON that came."""

    id: msgspec.Raw


Held = list[Identifier] | Identifier | None
"""What a relationship holds: many, one, none; None as well where its `data` was left out."""

HeldIds = list[Id] | Id | None
"""The same, where nothing but the ids is needed."""


class Heads(NamedTuple):
    """The heads of resources by columns: ids, cursors, and what each named relationship holds."""

    ids: Sequence[str]
    cursors: Sequence[str | None]
    identifiers: Sequence[Sequence[Held]]
    held_ids: Sequence[Sequence[HeldIds]]


class _Many(msgspec.Struct, gc=False):
    data: Held = None


class _ManyIds(msgspec.Struct, gc=False):
    data: HeldIds = None


class HeadReader:
    """Reads heads: the attribute `cursor` and the relationships, all by Klaviyo's names.

    Of `ids` the ids are read, of `identifiers` the types as well.
    """

    def __init__(
        self, cursor: str | None, identifiers: Sequence[str] = (), ids: Sequence[str] = ()
    ) -> None:
        names = [*identifiers, *ids]
        keys = [f"r{number}" for number, _ in enumerate(names)]
        kinds = [_Many] * len(identifiers) + [_ManyIds] * len(ids)
        attributes = msgspec.defstruct(
            "Attributes",
            [("cursor", str | None, None)],
            rename={"cursor": cursor or "-"},
            gc=False,
        )
        relationships = msgspec.defstruct(
            "Relationships",
            [
                (key, kind, msgspec.field(default_factory=kind))
                for key, kind in zip(keys, kinds, strict=True)
            ],
            rename=dict(zip(keys, names, strict=True)),
            gc=False,
        )
        resource = msgspec.defstruct(
            "Resource",
            [
                ("id", str),
                ("attributes", attributes, msgspec.field(default_factory=attributes)),
                ("relationships", relationships, msgspec.field(default_factory=relationships)),
            ],
            gc=False,
        )
        self._decode: Callable[[msgspec.Raw], msgspec.Struct] = msgspec.json.Decoder(
            resource
        ).decode
        self._parts = cast(
            "Callable[[msgspec.Struct], tuple[Any, ...]]",
            attrgetter("id", "attributes.cursor", *(f"relationships.{key}.data" for key in keys)),
        )
        self._first_ids = 2 + len(identifiers)
        self._width = 2 + len(names)

    def read(self, resources: Iterable[msgspec.Raw]) -> Heads:
        """Return the heads of `resources`. Raises msgspec.DecodeError where one has none."""
        # By columns, in C: a call in Python for each part takes longer than parsing it.
        rows = map(self._parts, map(self._decode, resources))
        columns: Sequence[Any] = list(zip(*rows, strict=True)) or [()] * self._width
        first = self._first_ids
        return Heads(columns[0], columns[1], columns[2:first], columns[first:])
