"""What streams make of the pages of a collection.

A record is the resource's own bytes with additions spliced in before its last brace, so that its
contents are neither parsed nor changed: numbers keep their digits, keys their order.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

import msgspec

from source_klaviyo.api.document import Document, Included
from source_klaviyo.api.normalize import Normalization, Normalizer, normalized_datetime
from source_klaviyo.api.resource_fields import FieldsReader, HeldIds, Id, Identifier
from source_klaviyo.errors import IncludedNotTold
from source_klaviyo.partition import Partition, Scalar
from source_klaviyo.protocol import Extract, ItemRequest, Record
from source_klaviyo.streams.additions import Addition, with_additions

logger = logging.getLogger("airbyte")


def include_part(relationship: str) -> str:
    """Return the name of the part of a request that includes `relationship`; see query.py."""
    return f"include={relationship}"


@dataclass(frozen=True, slots=True)
class Needs:
    """What a view needs of a collection's pages.

    `include` are relationships whose resources come along, `parameters` further query parameters.
    Of the relationships `identifiers` types and ids are read, of `ids` the ids alone.
    `essential` are the parts of the request, as query.py names them, that the view is nothing
    without. `include_scopes` are those relationships in `include` that need a scope of their own.
    """

    include: tuple[str, ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()
    identifiers: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    essential: frozenset[str] = frozenset()
    include_scopes: tuple[tuple[str, str], ...] = ()

    def without(self, parts: Collection[str]) -> "Needs":
        """Return what is left of the needs where these parts of the request are left out."""
        refused = {name for name in self.include if include_part(name) in parts}
        return replace(
            self,
            include=tuple(name for name in self.include if name not in refused),
            identifiers=tuple(name for name in self.identifiers if name not in refused),
        )


class View(Protocol):
    """What one stream, or the listing of parents, makes of a page."""

    @property
    def name(self) -> str:
        """The stream's name, or that of the listing, in log lines."""

    @property
    def needs(self) -> Needs:
        """What the page must have been asked for."""

    def extract(self, document: Document, partition: Partition) -> Extract:
        """Return what it makes of a page. Raises UnreadableAnswer where something is missing."""


@dataclass(frozen=True, slots=True)
class RecordFields:
    """What is added to a record at its top level, by key.

    `cursor` is the key of the cursor; `joins` maps relationships to the keys of their included
    resources (a list where it is to-many, an object or null where it is to-one), `ids` to the keys
    of the ids that they hold; `partition` maps filters of the partition to keys. `constants` are
    members that all records get.
    """

    cursor: str | None = None
    joins: Mapping[str, str] = field(default_factory=dict)
    ids: Mapping[str, str] = field(default_factory=dict)
    partition: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, Scalar] = field(default_factory=dict)

    def fixed(self, partition: Partition) -> bytes:
        """Return the members that all records of `partition` get, each after a comma."""
        shown = dict(self.constants)
        shown |= {key: partition[name] for name, key in self.partition.items() if name in partition}
        return b"," + msgspec.json.encode(shown)[1:-1] if shown else b""


class ResourceView:
    """The resources themselves, each a record."""

    def __init__(
        self,
        name: str,
        fields: RecordFields,
        needs: Needs,
        normalize: Normalization = (),
        cursor_attribute: str | None = None,
        additions: Sequence[Addition] = (),
    ) -> None:
        self.name = name
        self.needs = needs
        self._deep_additions = additions
        self._missing = MissingIncluded(name)
        self._fields = fields
        cursor = [fields.cursor] if fields.cursor else []
        self._additions = _members([*cursor, *fields.joins.values(), *fields.ids.values()]) + b"}"
        self._normalizer = Normalizer(normalize, cursor_attribute) if normalize else None

    def extract(self, document: Document, partition: Partition) -> Extract:
        """Return a record for each resource; see View."""
        resources, fields = document.resources, document.fields
        if self._normalizer:
            resources = self._normalizer.normalize(resources, fields.cursors)
        if self._deep_additions:
            resources = [
                with_additions(raw, self._deep_additions, document, partition) for raw in resources
            ]
        additions = self._added(document, self._fields.fixed(partition))
        return Extract(
            [(memoryview(raw)[:-1], added) for raw, added in zip(resources, additions, strict=True)]
        )

    def _added(self, document: Document, fixed: bytes) -> Iterable[bytes]:
        fields = document.fields
        columns = [
            *([_cursors(fields.cursors)] if self._fields.cursor else []),
            *(self._joined(document, name) for name in self._fields.joins),
            *(_ids(fields.held_ids[name]) for name in self._fields.ids),
        ]
        template = fixed.replace(b"%", b"%%") + self._additions
        if not columns:
            return [template % ()] * len(document.resources)
        return map(template.__mod__, zip(*columns, strict=True))

    def _joined(self, document: Document, name: str) -> list[bytes | msgspec.Raw]:
        """Return the resources that a relationship holds, of each resource that has it."""
        column = document.fields.identifiers.get(name)
        if column is None:
            return [b"null"] * len(document.resources)
        found = _Finder(self._missing, name, document)
        return [
            found.all(held) if held else b"[]" if isinstance(held, list) else b"null"
            for held in column
        ]


class JoinedItemView(ResourceView):
    """A request by id for each resource; the records are the resources with what those bring."""

    def extract(self, document: Document, partition: Partition) -> Extract:
        """Return an item for each resource, with the record that it completes; see View."""
        records = super().extract(document, partition).records
        return Extract(
            items=[
                ItemRequest(each, b"".join(record)[:-1])
                for each, record in zip(document.fields.ids, records, strict=True)
            ]
        )


class IncludedView:
    """The resources that come included for a relationship of the collection's, each a record.

    The cursor, if there is one, is the owner's: an owner changes with what belongs to it. The
    owner's id is put under `owner_key`.
    """

    def __init__(
        self,
        name: str,
        relationship: str,
        owner_key: str,
        fields: RecordFields,
        needs: Needs,
        normalize: Normalization = (),
    ) -> None:
        self.name = name
        self.needs = needs
        self._missing = MissingIncluded(name)
        self._relationship = relationship
        self._fields = fields
        self._own_fields = FieldsReader(None, [], list(fields.ids))
        self._owner = _members([*([fields.cursor] if fields.cursor else []), owner_key])
        self._additions = _members(fields.ids.values()) + b"}"
        self._normalizer = Normalizer(normalize) if normalize else None

    def extract(self, document: Document, partition: Partition) -> Extract:
        """Return a record for each resource that belongs to one of the page's; see View."""
        raws, owners = included_for(document, self._relationship, self._missing)
        held = self._own_fields.read(raws).held_ids
        resources: Sequence[msgspec.Raw] = raws
        if self._normalizer:
            resources = self._normalizer.normalize(raws, [None] * len(raws))
        fixed = self._fields.fixed(partition)
        cursors = _cursors(document.fields.cursors) if self._fields.cursor else []
        of_owners = {
            row: fixed
            + self._owner % (*cursors[row : row + 1], msgspec.json.encode(document.fields.ids[row]))
            for row in set(owners)
        }
        columns = [_ids(held[name]) for name in self._fields.ids]
        ids = zip(*columns, strict=True) if columns else [()] * len(raws)
        records: list[Record] = [
            (memoryview(raw)[:-1], of_owners[row] + self._additions % tuple(values))
            for raw, row, values in zip(resources, owners, ids, strict=True)
        ]
        return Extract(records, rows=owners)


class ItemView:
    """A request by id for each resource; the records are what those bring.

    What the listing knows of the cursor and the partition is added to them.
    """

    def __init__(self, name: str, fields: RecordFields, needs: Needs) -> None:
        self.name = name
        self.needs = needs
        self._fields = fields
        self._members = _members([fields.cursor] if fields.cursor else [])

    def extract(self, document: Document, partition: Partition) -> Extract:
        """Return an item for each resource; see View."""
        fixed = self._fields.fixed(partition)
        ids = document.fields.ids
        if not self._fields.cursor:
            return Extract(items=[ItemRequest(each, fixed) for each in ids])
        cursors = _cursors(document.fields.cursors)
        return Extract(
            items=[
                ItemRequest(each, fixed + self._members % cursor)
                for each, cursor in zip(ids, cursors, strict=True)
            ]
        )


Wanted = Callable[[msgspec.Raw], bool]
"""Tells whether a resource can have children."""


class ParentsView:
    """The ids of the parents of other collections: each opens a partition there.

    With a `relationship`, the parents are the resources included for it. `wanted` picks those that
    can have children.
    """

    def __init__(
        self,
        name: str,
        key: str,
        needs: Needs,
        relationship: str | None = None,
        wanted: Wanted | None = None,
    ) -> None:
        self.name = name
        self.needs = needs
        self._key = key
        self._missing = MissingIncluded(name)
        self._relationship = relationship
        self._wanted = wanted

    def extract(self, document: Document, partition: Partition) -> Extract:
        """Return a partition for each parent; see View."""
        del partition
        raws, rows = document.resources, None
        if self._relationship:
            raws, rows = included_for(document, self._relationship, self._missing)
        ids: Sequence[str] = document.fields.ids if rows is None else _ONLY_ID.read(raws).ids
        chosen = [
            number for number, raw in enumerate(raws) if self._wanted is None or self._wanted(raw)
        ]
        return Extract(
            children=[{self._key: ids[number]} for number in chosen],
            rows=[number if rows is None else rows[number] for number in chosen],
        )


_ONLY_ID = FieldsReader(None)


def included_for(
    document: Document, relationship: str, missing: "MissingIncluded"
) -> tuple[list[msgspec.Raw], list[int]]:
    """Return the resources included for a relationship, and the row that each belongs to.

    Raises IncludedNotTold where a row does not tell what it holds: to take that for none would lose
    rows.
    """
    raws: list[msgspec.Raw] = []
    rows: list[int] = []
    found = _Finder(missing, relationship, document)
    for row, held in enumerate(document.fields.identifiers[relationship]):
        if held is msgspec.UNSET:
            raise IncludedNotTold(f"{document.fields.ids[row]} does not tell its {relationship}")
        for identifier in [held] if isinstance(held, Identifier) else held or ():
            raws.append(found.one(identifier))
            rows.append(row)
    return raws, rows


class _Finder:
    """Finds included resources; one that did not come along is passed on as its type and id."""

    def __init__(self, missing: "MissingIncluded", relationship: str, document: Document) -> None:
        self._missing = missing
        self._relationship = relationship
        self._document = document

    def all(self, held: list[Identifier] | Identifier) -> bytes | msgspec.Raw:
        """Return what a relationship holds."""
        if isinstance(held, Identifier):
            return self.one(held)
        return b"[%b]" % b",".join([self.one(identifier) for identifier in held])

    def one(self, identifier: Identifier) -> msgspec.Raw:
        """Return the resource with that type and id."""
        included: Included = self._document.included
        resource = included.get(identifier)
        if resource is not None:
            return resource
        if self._named() >= _FEW and not any(each.type == identifier.type for each in included):
            # One may have been deleted meanwhile; that none came is not to be believed.
            raise IncludedNotTold(f"no {identifier.type} came along for {self._relationship}")
        self._missing.tell(identifier)
        return msgspec.Raw(msgspec.json.encode(identifier))

    def _named(self) -> int:
        """Return how many resources the page's rows name for the relationship."""
        column = self._document.fields.identifiers[self._relationship]
        return sum(len(held) if isinstance(held, list) else bool(held) for held in column)


_FEW = 3
"""Resources up to which all that a page names may have been deleted."""


class MissingIncluded:
    """Tells once that a view's records lack something that was to be included."""

    def __init__(self, view: str) -> None:
        self._view = view
        self._told = False

    def tell(self, identifier: Identifier) -> None:
        """Log the first resource that Klaviyo has named and not sent."""
        if not self._told:
            self._told = True
            logger.warning(
                "%s: Klaviyo names the %s %s, but did not send it; the record has only its id."
                " There may be more like it.",
                self._view,
                identifier.type,
                identifier.id,
            )


def fields_reader(cursor: str | None, needs: Iterable[Needs]) -> FieldsReader:
    """Return what reads all that `needs` name of each resource."""
    listed = list(needs)
    identifiers = dict.fromkeys(name for each in listed for name in each.identifiers)
    ids = dict.fromkeys(name for each in listed for name in each.ids)
    return FieldsReader(cursor, list(identifiers), list(ids))


def _members(keys: Iterable[str]) -> bytes:
    """Return the template of members with these keys, their values left open."""
    return b"".join(b',"%b":%%b' % key.encode() for key in keys)


def _cursors(values: Iterable[str | None]) -> list[bytes]:
    return [
        b"null" if value is None else msgspec.json.encode(normalized_datetime(value))
        for value in values
    ]


def _ids(column: Iterable[HeldIds]) -> list[bytes | msgspec.Raw]:
    return [held.id if isinstance(held, Id) else _listed_ids(held) for held in column]


def _listed_ids(held: list[Id] | msgspec.UnsetType | None) -> bytes:
    return b"[%b]" % b",".join(each.id for each in held) if isinstance(held, list) else b"null"
