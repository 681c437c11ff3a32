"""The interface of views."""

from typing import Protocol

from source_klaviyo.api.documents.document import Document
from source_klaviyo.api.partition import Partition
from source_klaviyo.protocol import Extract
from source_klaviyo.streams.views.needs import Needs


class View(Protocol):
    """The records of a stream, or the listing of parents, read from pages."""

    @property
    def name(self) -> str:
        """The name of the stream, or of the listing, in log lines."""

    @property
    def needs(self) -> Needs:
        """The query and the fields that the view needs from a page."""

    @property
    def passes_resources(self) -> bool:
        """Whether records are the resources as sent: they must not depend on others."""

    def extract(self, document: Document, partition: Partition) -> Extract:
        """Return the records of a page. Raises UnreadableAnswer if a needed part is missing."""
