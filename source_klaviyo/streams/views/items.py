"""What is asked for item by item."""

from source_klaviyo.api.document import Document
from source_klaviyo.partition import Partition
from source_klaviyo.protocol import Extract, ItemRequest
from source_klaviyo.streams.views.needs import Needs
from source_klaviyo.streams.views.record_fields import RecordFields, cursor_values, members


class ItemView:
    """A request by id for each resource; the records are what those bring.

    What the listing knows of the cursor and the partition is added to them.
    """

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
