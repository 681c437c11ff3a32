"""What every view is."""

from typing import Protocol

from source_klaviyo.api.document import Document
from source_klaviyo.api.partition import Partition
from source_klaviyo.protocol import Extract
from source_klaviyo.streams.views.needs import Needs


class View(Protocol):
    """What one stream, or the listing of parents, makes of a page."""

    @property
    def name(self) -> str:
        """The stream's name, or that of the listing, in log lines."""

    @property
    def needs(self) -> Needs:
        """What the page must have been asked for."""

    @property
    def passes_resources(self) -> bool:
        """Whether its records are the resources as they came: they must not depend on others."""

    def extract(self, document: Document, partition: Partition) -> Extract:
        """Return what it makes of a page. Raises UnreadableAnswer where something is missing."""
