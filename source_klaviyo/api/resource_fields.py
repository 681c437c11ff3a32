"""The few parts of a JSON:API resource that reading it needs, without parsing the rest."""

from collections.abc import Callable, Iterable, Mapping, Sequence
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


Held = list[Identifier] | Identifier | None | msgspec.UnsetType
"""What a relationship holds: many, one, none; UNSET where the answer does not tell."""

HeldIds = list[Id] | Id | None | msgspec.UnsetType
"""The same, where nothing but the ids is needed."""


class Fields(NamedTuple):
    """What was read of resources, by columns: one entry a resource in each.

    `identifiers` and `held_ids` are what the named relationships hold.
    """

    ids: Sequence[str]
    cursors: Sequence[str | None]
    identifiers: Mapping[str, Sequence[Held]]
    held_ids: Mapping[str, Sequence[HeldIds]]


class _Many(msgspec.Struct, gc=False):
    data: Held = msgspec.UNSET


class _ManyIds(msgspec.Struct, gc=False):
    data: HeldIds = msgspec.UNSET


class FieldsReader:
    """Reads the id, the attribute `cursor` and relationships, all by Klaviyo's names.

    Of the relationships `identifiers` types and ids are read, of `ids` the ids alone.
    """

    def __init__(
        self, cursor: str | None, identifiers: Sequence[str] = (), ids: Sequence[str] = ()
    ) -> None:
        others = [name for name in ids if name not in identifiers]
        names = [*identifiers, *others]
        keys = [f"r{number}" for number in range(len(names))]
        kinds = [_Many] * len(identifiers) + [_ManyIds] * len(others)
        attributes = msgspec.defstruct(
            "Attributes",
            [("cursor", str | None, None)],
            rename={"cursor": cursor or "-"},
            gc=False,
        )
        relationships = msgspec.defstruct(
            "Relationships",
            [
                (key, kind | None, msgspec.field(default_factory=kind))
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
                (
                    "relationships",
                    relationships | None,
                    msgspec.field(default_factory=relationships),
                ),
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
        self._identifiers, self._ids = tuple(identifiers), tuple(others)
        self._both = [name for name in ids if name in identifiers]
        self._width = 2 + len(names)
        self._relationships = relationships
        self._kinds = dict(zip(keys, kinds, strict=True))

    def read(self, resources: Iterable[msgspec.Raw]) -> Fields:
        """Return the fields of `resources`. Raises msgspec.DecodeError where one has no id."""
        # By columns, in C: a call in Python for each part takes longer than parsing it.
        found = list(map(self._decode, resources))
        try:
            rows = list(map(self._parts, found))
        except AttributeError:  # a relationship is null: it holds nothing
            rows = list(map(self._parts, map(self._without_nulls, found)))
        columns: Sequence[Any] = list(zip(*rows, strict=True)) or [()] * self._width
        ids, cursors, *held = columns
        count = len(self._identifiers)
        identifiers = dict(zip(self._identifiers, held[:count], strict=True))
        only_ids = dict(zip(self._ids, held[count:], strict=True))
        only_ids |= {name: [_only_ids(each) for each in identifiers[name]] for name in self._both}
        return Fields(ids, cursors, identifiers, only_ids)

    def _without_nulls(self, resource: Any) -> msgspec.Struct:  # noqa: ANN401  it is made above
        held = resource.relationships or self._relationships()
        for key, kind in self._kinds.items():
            if getattr(held, key) is None:
                setattr(held, key, kind())
        resource.relationships = held
        return cast("msgspec.Struct", resource)


def _only_ids(held: Held) -> HeldIds:
    if isinstance(held, list):
        return [_only_id(each) for each in held]
    return _only_id(held) if isinstance(held, Identifier) else held


def _only_id(identifier: Identifier) -> Id:
    return Id(msgspec.Raw(msgspec.json.encode(identifier.id)))
