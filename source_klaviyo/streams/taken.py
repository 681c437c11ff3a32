"""Streams of resources that come included with those of another collection."""

from typing import ClassVar

from source_klaviyo.api.document import DocumentReader
from source_klaviyo.streams.base import KlaviyoStream


class TakenStream(KlaviyoStream):
    """The resources that `include=<takes>` brings along with a collection, as records.

    One request brings them for a whole page of owners, where their own endpoints would take one
    for each. A subclass is a kind of stream of the owners as well. The cursor, if there is one, is
    the owner's: an owner changes with what belongs to it. `owner_key` on a record is the owner's
    id.
    """

    takes: ClassVar[str]
    owner_key: ClassVar[str]

    def __init_subclass__(cls) -> None:
        """Ask for what is taken."""
        super().__init_subclass__()
        cls.include = (cls.takes,)

    def _document_reader(self) -> DocumentReader:
        return DocumentReader(
            self.cursor_attribute,
            lifts=dict(self.lifts),
            takes=self.takes,
            owner_key=self.owner_key,
            cursor_key=self.cursor_key,
        )
