"""Resources that come included with those of a page."""

import logging
from collections.abc import Sequence

import msgspec

from source_klaviyo.api.documents.document import Document, Included
from source_klaviyo.api.documents.normalize import Normalization, Normalizer
from source_klaviyo.api.documents.resource_fields import FieldsReader, Identifier
from source_klaviyo.api.partition import Partition
from source_klaviyo.protocol import Extract, Record
from source_klaviyo.streams.views.needs import Needs
from source_klaviyo.streams.views.record_fields import (
    RecordFields,
    cursor_values,
    id_values,
    members,
)

logger = logging.getLogger("airbyte")


class IncludedView:
    """The resources that come included for a relationship of the collection, each a record.

    The cursor, if any, is the owner's: an owner changes with its parts. The owner's id is put under
    `owner_key`. If the owner's id is part of the key, `key_head` is the text before both ids in the
    name of a record.
    """

    passes_resources = False

    def __init__(
        self,
        name: str,
        relationship: str,
        owner_key: str,
        fields: RecordFields,
        needs: Needs,
        normalize: Normalization = (),
        key_head: str | None = None,
    ) -> None:
        self.name = name
        self.needs = needs
        self._missing = MissingIncluded(name)
        self._relationship = relationship
        self._key_head = key_head
        self._fields = fields
        self._own_fields = FieldsReader(None, [], list(fields.ids))
        self._owner = members([*([fields.cursor] if fields.cursor else []), owner_key])
        self._additions = members(fields.ids.values()) + b"}"
        self._normalizer = Normalizer(normalize) if normalize else None

    def extract(self, document: Document, partition: Partition) -> Extract:
        """Return a record for each included resource of the page's rows; see View."""
        raws, owners = included_for(document, self._relationship, self._missing)
        own = self._own_fields.read(raws)
        held = own.held_ids
        resources: Sequence[msgspec.Raw] = raws
        if self._normalizer:
            resources = self._normalizer.normalize(raws, [None] * len(raws))
        fixed = self._fields.fixed(partition)
        cursors = cursor_values(document.fields.cursors) if self._fields.cursor else []
        of_owners = {
            row: fixed
            + self._owner
            % (*cursors[row : row + 1], msgspec.json.encode(document.fields.ids[row] or None))
            for row in set(owners)
        }
        columns = [id_values(held[name]) for name in self._fields.ids]
        ids = zip(*columns, strict=True) if columns else [()] * len(raws)
        records: list[Record] = [
            (memoryview(raw)[:-1], of_owners[row] + self._additions % tuple(values))
            for raw, row, values in zip(resources, owners, ids, strict=True)
        ]
        names = own.ids
        if self._key_head is not None:
            owned = zip(owners, own.ids, strict=True)
            names = [f"{self._key_head}{document.fields.ids[row]} {each}" for row, each in owned]
        return Extract(records, names, rows=owners)


def included_for(
    document: Document, relationship: str, missing: "MissingIncluded"
) -> tuple[list[msgspec.Raw], list[int]]:
    """Return the resources included for a relationship, and the row of each.

    A row without the relationship has no related resource: Klaviyo leaves the relationship out then
    (recorded of the attributions of events and of mapped metrics).
    """
    raws: list[msgspec.Raw] = []
    rows: list[int] = []
    found = IncludedResources(missing, relationship, document)
    for row, held in enumerate(document.fields.identifiers[relationship]):
        for identifier in [held] if isinstance(held, Identifier) else held or ():
            raws.append(found.one(identifier))
            rows.append(row)
    return raws, rows


class IncludedResources:
    """Included resources by type and id; a missing resource is replaced by its type and id."""

    def __init__(self, missing: "MissingIncluded", relationship: str, document: Document) -> None:
        self._missing = missing
        self._relationship = relationship
        self._document = document

    def all(self, held: list[Identifier] | Identifier) -> bytes | msgspec.Raw:
        """Return the resources that a relationship holds."""
        if isinstance(held, Identifier):
            return self.one(held)
        return b"[%b]" % b",".join([self.one(identifier) for identifier in held])

    def one(self, identifier: Identifier) -> msgspec.Raw:
        """Return the resource with the same type and id."""
        included: Included = self._document.included
        resource = included.get(identifier)
        if resource is not None:
            return resource
        self._missing.tell(identifier)
        return msgspec.Raw(msgspec.json.encode(identifier))


class MissingIncluded:
    """A warning, once per view, that records lack a resource from `include`."""

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
