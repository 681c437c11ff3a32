"""The few fields of a JSON:API resource that reading needs, without parsing the rest.

A resource with a part of another type than documented is decoded by itself: the part counts as
absent, and all others are read.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from operator import attrgetter
from typing import Any, Final, NamedTuple, cast

import msgspec
from msgspec.structs import astuple

from source_klaviyo.api.documents.json_parts import elements, id_text, members, text


class Identifier(msgspec.Struct, frozen=True, gc=False):
    """A resource identifier object, as in relationships."""

    type: str
    id: str


class Id(msgspec.Struct, gc=False):
    """The id of a resource identifier object."""

    id: str


_IDENTIFIERS: Final = msgspec.json.Decoder(Identifier)

Held = list[Identifier] | Identifier | None | msgspec.UnsetType
"""The `data` of a relationship: a list, a single identifier, or null; UNSET without `data`."""

HeldIds = list[Id] | Id | None | msgspec.UnsetType
"""The `data` of a relationship, with the ids alone."""


NULL: Final = msgspec.Raw(b"null")
"""The value of a missing member."""

Member = tuple[str, str]
"""An attribute that is an object, and the key of one of its members."""


class Fields(NamedTuple):
    """The fields of resources, by columns: an entry for each resource.

    `identifiers` and `held_ids` are the `data` of the named relationships. A resource without an id
    has "". `members` are values as sent, NULL if missing.
    """

    ids: Sequence[str]
    cursors: Sequence[str | None]
    identifiers: Mapping[str, Sequence[Held]]
    held_ids: Mapping[str, Sequence[HeldIds]]
    members: Mapping[Member, Sequence[msgspec.Raw]]


class _Many(msgspec.Struct, gc=False):
    data: Held = msgspec.UNSET


class _ManyIds(msgspec.Struct, gc=False):
    data: HeldIds = msgspec.UNSET


class FieldsReader:
    """A decoder of ids, the attribute `cursor`, relationships and `members`, by Klaviyo's names.

    A `cursor` like `a.b.c` stands inside an attribute; of a list, the latest element counts. For
    the relationships `identifiers`, types and ids are read, for `ids` the ids alone.

    >>> raw = msgspec.Raw(b'{"id":"E1","attributes":{"datetime":"2026-11-30T08:00:00Z"}}')
    >>> FieldsReader("datetime").read([raw]).cursors
    ('2026-11-30T08:00:00Z',)
    """

    def __init__(
        self,
        cursor: str | None,
        identifiers: Sequence[str] = (),
        ids: Sequence[str] = (),
        members: Sequence[Member] = (),
    ) -> None:
        others = [name for name in ids if name not in identifiers]
        names = [*identifiers, *others]
        keys = [f"r{number}" for number in range(len(names))]
        kinds = [_Many] * len(identifiers) + [_ManyIds] * len(others)
        groups: dict[str, list[str]] = {}
        for name, key in members:
            groups.setdefault(name, []).append(key)
        self._groups = {name: (_of_raws(names), names) for name, names in groups.items()}
        attributes = msgspec.defstruct(
            "Attributes",
            [
                ("cursor", str | None, None),
                *(
                    (f"m{number}", kind, msgspec.field(default_factory=kind))
                    for number, (kind, _) in enumerate(self._groups.values())
                ),
            ],
            rename={"cursor": cursor or "-"}
            | {f"m{number}": name for number, name in enumerate(groups)},
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
            attrgetter(
                "id",
                "attributes.cursor",
                *(f"relationships.{key}.data" for key in keys),
                *(f"attributes.m{number}" for number in range(len(groups))),
            ),
        )
        self._identifiers, self._ids = tuple(identifiers), tuple(others)
        self._both = [name for name in ids if name in identifiers]
        self._width = 2 + len(names) + len(groups)
        self._cursor = tuple(cursor.split(".")) if cursor else ()

    def read(self, resources: Sequence[msgspec.Raw]) -> Fields:
        """Return the fields of `resources`. Raises msgspec.DecodeError if one is not JSON."""
        # By columns, in C: a call in Python for each part takes longer than the parsing.
        try:
            rows = list(map(self._parts, map(self._decode, resources)))
        except (AttributeError, msgspec.ValidationError):  # the former where a relationship is null
            rows = [self._read_one(raw) for raw in resources]
        columns: Sequence[Any] = list(zip(*rows, strict=True)) or [()] * self._width
        ids, cursors, *held = columns
        if len(self._cursor) > 1:
            cursors = [_latest(raw, ("attributes", *self._cursor)) for raw in resources]
        count, end = len(self._identifiers), len(self._identifiers) + len(self._ids)
        identifiers = dict(zip(self._identifiers, held[:count], strict=True))
        only_ids = dict(zip(self._ids, held[count:end], strict=True))
        only_ids |= {name: [_only_ids(each) for each in identifiers[name]] for name in self._both}
        found: dict[Member, Sequence[msgspec.Raw]] = {}
        for (name, (_, keys)), column in zip(self._groups.items(), held[end:], strict=True):
            values = list(zip(*map(astuple, column), strict=True)) or [()] * len(keys)
            found |= {(name, key): each for key, each in zip(keys, values, strict=True)}
        return Fields(ids, cursors, identifiers, only_ids, found)

    def _read_one(self, resource: msgspec.Raw) -> tuple[Any, ...]:
        """Return the parts of a resource; a part of an undocumented type is absent."""
        parts = members(resource)
        attributes = members(parts.get("attributes"))
        cursor = _latest(parts.get("attributes"), self._cursor) if self._cursor else None
        relationships = members(parts.get("relationships"))
        held = [_held(relationships.get(name)) for name in (*self._identifiers, *self._ids)]
        count = len(self._identifiers)
        found = []
        for name, (kind, keys) in self._groups.items():
            values = members(attributes.get(name))
            found.append(kind(*[values.get(key, NULL) for key in keys]))
        return (
            id_text(parts.get("id")) or "",
            cursor,
            *held[:count],
            *map(_only_ids, held[count:]),
            *found,
        )


def _of_raws(names: Sequence[str]) -> type[msgspec.Struct]:
    """Return the type of an object whose named members keep their bytes."""
    keys = [f"m{number}" for number in range(len(names))]
    return msgspec.defstruct(
        "Members",
        [(key, msgspec.Raw, NULL) for key in keys],
        rename=dict(zip(keys, names, strict=True)),
        gc=False,
    )


def identifier(value: msgspec.Raw | None) -> Identifier | None:
    """Return the type and id in an object, None if either is missing."""
    with suppress(msgspec.ValidationError):
        found = _IDENTIFIERS.decode(value or NULL)
        if found.type and found.id:
            return found
    parts = members(value)
    kind, name = text(parts.get("type")), id_text(parts.get("id"))
    return Identifier(kind, name) if kind and name else None


def _latest(value: msgspec.Raw | None, path: Sequence[str]) -> str | None:
    """Return the text at `path`: with a list on the way, the greatest of its elements."""
    for depth, key in enumerate(path):
        if several := elements(value):
            found = (_latest(each, path[depth:]) for each in several)
            return max((each for each in found if each), default=None)
        value = members(value).get(key)
    return text(value)


def _held(relationship: msgspec.Raw | None) -> Held:
    """Return the `data` of a relationship, without entries that name no resource."""
    if (data := members(relationship).get("data")) is None:
        return msgspec.UNSET
    if bytes(data).startswith(b"["):
        return [named for each in elements(data) if (named := identifier(each))]
    return None if bytes(data) == b"null" else identifier(data) or msgspec.UNSET


def _only_ids(held: Held) -> HeldIds:
    if isinstance(held, list):
        return [Id(each.id) for each in held]
    return Id(held.id) if isinstance(held, Identifier) else held
