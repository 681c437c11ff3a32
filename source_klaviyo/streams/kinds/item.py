"""Streams of resources, or details, that Klaviyo serves a resource at a time."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import orjson

from source_klaviyo.api.quotas.limits import Limit
from source_klaviyo.protocol import Page
from source_klaviyo.streams.kinds.base import KlaviyoStream
from source_klaviyo.streams.records.drift import Drift
from source_klaviyo.streams.requests.collection_view import CollectionView
from source_klaviyo.streams.requests.item_endpoint import ItemEndpoint
from source_klaviyo.streams.requests.patience import patiently
from source_klaviyo.streams.views.items import ItemView, NamedItemView
from source_klaviyo.streams.views.needs import Needs, include_part
from source_klaviyo.streams.views.record_fields import RecordFields
from source_klaviyo.streams.views.resources import JoinedItemView
from source_klaviyo.streams.views.view import View


class ItemStream(KlaviyoStream):
    """`GET /api/<item>` for each resource of a collection that has changed.

    `item` is the path with `{id}`, `item_limit` its quota, `item_parameters` its query, and
    `item_costly` the additional limits of those parameters. A subclass is a kind of stream of the
    listing as well. If the listing has a cursor, a sync asks only for changed resources, and the
    cursor on a record is the listing's. A resource without an item is left out.
    `oldest_item_revision` is the first revision with the item.

    >>> class _Definitions(ItemStream):
    ...     endpoint, scopes, resource = "flows", ("flows:read",), "flow"
    ...     item, item_limit = "flows/{id}", Limit(3, 60)
    ...     item_parameters = (("additional-fields[flow]", "definition"),)
    """

    item: ClassVar[str]
    item_limit: ClassVar[Limit]
    item_parameters: ClassVar[tuple[tuple[str, str], ...]] = ()
    item_costly: ClassVar[tuple[tuple[str, Limit], ...]] = ()
    oldest_item_revision: ClassVar[str | None] = None

    @classmethod
    def records_revision(cls, configured: str) -> str:
        """Return the revision whose shape the records have: the items' revision."""
        listing = cls.revision_at(configured)
        return max(listing, cls.oldest_item_revision or listing)

    def view(self, name: str) -> View:
        """Return the view of the listing for stream `name`."""
        return ItemView(name, self.record_fields(), self.needs())

    def needs(self) -> Needs:
        """Return the needs of the listing: as few attributes as possible."""
        return Needs(parameters=self._narrowest)

    def collection_view(self, name: str, drift: Drift | None = None) -> CollectionView:
        """Return the view with the endpoint of its items."""
        items = ItemEndpoint(
            self.item,
            dict(self.item_parameters),
            self.records_revision(self._client.revision),
            self._client.quotas.get(self.item, self.item_limit, self.item_costly),
            self._errors,
            self.joined_attribute(),
            is_there=self.is_there,
        )
        return CollectionView(self.view(name), items, drift)

    @property
    def finds_returns(self) -> bool:
        """Whether every listed resource has a record."""
        return self.is_there

    @property
    def is_there(self) -> bool:
        """Whether every resource has the item, because both are the same resource."""
        return self.item == f"{self.endpoint}/{{id}}"

    @classmethod
    def joined_attribute(cls) -> str | None:
        """Return the item's attribute that joins the listing's record; None for the whole item."""
        return None

    def _records(self, page: Page) -> Iterator[Mapping[str, Any]]:
        """Yield the items of a page of the listing, requested in turn."""
        for extract in page.extracts:
            for item in extract.items:
                fetched = patiently(self.alone, item)
                for record in self.excluded.cut(fetched.extracts[0].records):
                    yield orjson.loads(b"".join(record))
                fetched.release()


class NamedItemStream(ItemStream):
    """`GET /api/<item>` for each id in the relationship `named` of a resource.

    The resources are those of a collection, or those included for the relationship `through`.
    `told_included` means that Klaviyo sends the ids only if the relationship is included. A
    subclass is a kind of stream of the collection as well.
    """

    named: ClassVar[str]
    through: ClassVar[str | None] = None
    told_included: ClassVar[bool] = False
    is_there = True

    def view(self, name: str) -> View:
        """Return the view of the collection for stream `name`."""
        fields = RecordFields(self.cursor_key, constants=self._constants)
        return NamedItemView(name, self.named, self.through, fields, self.needs())

    def needs(self) -> Needs:
        """Return the needs of the view: the relationships on the way to the ids."""
        if self.through is None:
            return Needs((self.named,) if self.told_included else (), ids=(self.named,))
        return Needs(
            (self.through,),
            identifiers=(self.through,),
            essential=frozenset({include_part(self.through)}),
        )

    def listing_view(self, name: str) -> View:
        """Return the view that lists the names of all records."""
        return self.view(name)


class JoinedItemStream(ItemStream):
    """The resources of a collection, each with the attribute `joined` of its item, or null."""

    joined: ClassVar[str]
    resource_view = JoinedItemView
    finds_returns = True

    @classmethod
    def joined_attribute(cls) -> str:
        """Return the attribute of the item that joins the record."""
        return cls.joined

    def needs(self) -> Needs:
        """Return the needs of the records."""
        return KlaviyoStream.needs(self)

    def view(self, name: str) -> View:
        """Return the view of the listing for stream `name`."""
        return KlaviyoStream.view(self, name)
