"""The ids of a listing."""

from source_klaviyo.api.documents.document import Document
from source_klaviyo.api.partition import Partition
from source_klaviyo.protocol import Extract
from source_klaviyo.streams.views.view import View


class IdsOnly:
    """The names of the records of another view; no record is written."""

    passes_resources = False

    def __init__(self, view: View) -> None:
        self.name = f"ids of {view.name}"
        self.needs = view.needs
        self._view = view

    def extract(self, document: Document, partition: Partition) -> Extract:
        """Return the names of the records, or of the items; see View."""
        made = self._view.extract(document, partition)
        names = made.ids or [item.id for item in made.items]
        return Extract(ids=names, rows=made.rows, failure=made.failure)
