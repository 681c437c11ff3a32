"""Streams of resources that come included with those of another collection."""

from dataclasses import replace
from typing import ClassVar

from source_klaviyo.streams.base import KlaviyoStream
from source_klaviyo.streams.views.included import IncludedView
from source_klaviyo.streams.views.needs import Needs, include_part
from source_klaviyo.streams.views.parents import ParentsView, Wanted
from source_klaviyo.streams.views.record_fields import RecordFields
from source_klaviyo.streams.views.view import View


class IncludedStream(KlaviyoStream):
    """The resources that `include=<relationship>` brings along with a collection, as records.

    One request brings them for a whole page of owners, where their own endpoints would take one
    for each. A subclass is a kind of stream of the owners as well. The cursor, if there is one, is
    the owner's: an owner changes with what belongs to it. `owner_key` on a record is the owner's
    id. `narrow` are the parameters that narrow both, where the ids are all that is needed.
    """

    relationship: ClassVar[str]
    owner_key: ClassVar[str]
    narrow: ClassVar[tuple[tuple[str, str], ...]] = ()

    def view(self, name: str) -> View:
        """Return what stream `name` makes of the collection's pages."""
        fields = self.record_fields()
        return IncludedView(
            name,
            self.relationship,
            self.owner_key,
            fields,
            self.needs(),
            self.normalize,
            self.key_head,
        )

    def listing_view(self, name: str) -> View:
        """Return what lists the names of all records, and as little else as can be."""
        kind = self.relationship.removesuffix("s")
        narrow = (*self._narrowest, (f"fields[{kind}]", "id"))
        needs = replace(self.needs(), parameters=narrow)
        return IncludedView(
            name, self.relationship, self.owner_key, RecordFields(), needs, key_head=self.key_head
        )

    def needs(self) -> Needs:
        """Return what the records need of a page."""
        return Needs(
            (self.relationship,),
            self.parameters,
            identifiers=(self.relationship,),
            essential=frozenset({include_part(self.relationship)}),
            include_scopes=self.include_scopes,
        )

    def parents_view(self, key: str) -> ParentsView:
        """Return the listing of the ids, under `key`, for streams whose parent this is."""
        return ParentsView(
            f"ids of {self.relationship} of {self.endpoint}",
            key,
            replace(self.needs(), parameters=self.narrow),
            self.relationship,
            self.has_children(),
        )

    @classmethod
    def has_children(cls) -> Wanted | None:
        """Return what tells whether a resource can have children; None where all can."""
        return None

    def record_fields(self) -> RecordFields:
        """Return what is added to records at their top level."""
        return RecordFields(
            self.cursor_key or self.cursor_attribute,
            ids=dict(self.relationship_ids),
            partition=dict(self.partition_fields),
            constants=self._constants,
        )
