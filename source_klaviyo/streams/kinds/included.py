"""Streams of resources that come included with those of another collection."""

from dataclasses import replace
from typing import ClassVar

from source_klaviyo.streams.kinds.base import KlaviyoStream
from source_klaviyo.streams.views.included import IncludedView
from source_klaviyo.streams.views.needs import Needs, include_part
from source_klaviyo.streams.views.parents import ParentsView, Wanted
from source_klaviyo.streams.views.record_fields import RecordFields
from source_klaviyo.streams.views.view import View


class IncludedStream(KlaviyoStream):
    """The resources that `include=<relationship>` brings along with a collection, as records.

    A single request brings them for a whole page of owners; their own endpoints would take a
    request per owner. A subclass is a kind of stream of the owners as well. The cursor, if any, is
    the owner's: an owner changes with its parts. `owner_key` is the key of the owner's id in a
    record. `narrow` are the parameters that narrow the included resources for a listing of parents.

    >>> class _Audiences(IncludedStream):
    ...     endpoint, scopes = "campaigns", ("campaigns:read",)
    ...     relationship, owner_key = "campaign-audiences", "campaign_id"
    """

    relationship: ClassVar[str]
    owner_key: ClassVar[str]
    narrow: ClassVar[tuple[tuple[str, str], ...]] = ()

    def view(self, name: str) -> View:
        """Return the view of the collection for stream `name`."""
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
        """Return the view that lists the names of all records, with as few attributes as can be."""
        kind = self.relationship.removesuffix("s")
        needs = replace(self.needs(), parameters=((f"fields[{kind}]", "id"),))
        return IncludedView(
            name, self.relationship, self.owner_key, RecordFields(), needs, key_head=self.key_head
        )

    def needs(self) -> Needs:
        """Return the needs of the view: the relationship, and the declared parameters."""
        return Needs(
            (self.relationship,),
            self.parameters,
            identifiers=(self.relationship,),
            essential=frozenset({include_part(self.relationship)}),
            include_scopes=self.include_scopes,
        )

    def parents_view(self, key: str) -> ParentsView:
        """Return the listing of the ids, under `key`, for streams whose parent is this stream."""
        return ParentsView(
            f"ids of {self.relationship} of {self.endpoint}",
            key,
            replace(self.needs(), parameters=self.narrow),
            self.relationship,
            self.has_children(),
        )

    @classmethod
    def has_children(cls) -> Wanted | None:
        """Return the test whether a resource can have children; None if all can."""
        return None

    def record_fields(self) -> RecordFields:
        """Return the members added to records at their top level."""
        return RecordFields(
            self.cursor_key or self.cursor_attribute,
            ids=dict(self.relationship_ids),
            partition=dict(self.partition_fields),
            constants=self._constants,
        )
