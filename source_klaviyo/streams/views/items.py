"""Views of items: resources that are requested by id."""

from collections.abc import Sequence

from source_klaviyo.api.documents.document import Document
from source_klaviyo.api.documents.resource_fields import FieldsReader, HeldIds, Id
from source_klaviyo.api.partition import Partition
from source_klaviyo.protocol import Extract, ItemRequest
from source_klaviyo.streams.views.included import MissingIncluded, included_for
from source_klaviyo.streams.views.needs import Needs
from source_klaviyo.streams.views.record_fields import RecordFields, cursor_values, members


class ItemView:
    """A request by id for each resource; the answers are the records.

    Records get the cursor and the partition of the listing's resource.
    """

    passes_resources = False

    def __init__(self, name: str, fields: RecordFields, needs: Needs) -> None:
        self.name = name
        self.needs = needs
        self._fields = fields
        self._members = members([fields.cursor] if fields.cursor else [])

    def extract(self, document: Document, partition: Partition) -> Extract:
        """Return an item for each resource; see View."""
        fixed = self._fields.fixed(partition)
        ids = document.fields.ids
        if not self._fields.cursor:
            return Extract(items=[ItemRequest(each, fixed) for each in ids])
        cursors = cursor_values(document.fields.cursors)
        return Extract(
            items=[
                ItemRequest(each, fixed + self._members % cursor)
                for each, cursor in zip(ids, cursors, strict=True)
            ]
        )


class NamedItemView:
    """A request by id for each resource that the `relationship` of another names.

    The others are the page's resources, or the resources included for `through`. A record gets the
    cursor of the page's resource.
    """

    passes_resources = False

    def __init__(
        self, name: str, relationship: str, through: str | None, fields: RecordFields, needs: Needs
    ) -> None:
        self.name = name
        self.needs = needs
        self._relationship = relationship
        self._through = through
        self._reader = FieldsReader(None, (), (relationship,))
        self._missing = MissingIncluded(name)
        self._fields = fields
        self._members = members([fields.cursor] if fields.cursor else [])

    def extract(self, document: Document, partition: Partition) -> Extract:
        """Return an item for each id in the relationship; see View."""
        fields, rows = document.fields, list(range(len(document.resources)))
        held = fields.held_ids.get(self._relationship, ())
        if self._through:
            raws, rows = included_for(document, self._through, self._missing)
            held = self._reader.read(raws).held_ids[self._relationship]
        fixed = self._fields.fixed(partition)
        cursors = cursor_values(fields.cursors) if self._fields.cursor else ()
        named = [(row, each) for row, names in zip(rows, held, strict=True) for each in _ids(names)]
        items = [
            ItemRequest(
                each.id,
                fixed + self._members % tuple(cursors[row : row + 1]),
            )
            for row, each in named
        ]
        return Extract(items=items, rows=[row for row, _ in named])


def _ids(held: HeldIds) -> Sequence[Id]:
    if isinstance(held, Id):
        return [held]
    return held if isinstance(held, list) else ()
