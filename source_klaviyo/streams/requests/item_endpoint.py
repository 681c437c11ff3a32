"""The endpoint of single resources, and the records of its answers."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from source_klaviyo.api.address import address
from source_klaviyo.api.client import Request
from source_klaviyo.api.documents.json_parts import member
from source_klaviyo.api.error_handler import KlaviyoErrorHandler
from source_klaviyo.api.quotas.quota import EndpointQuota
from source_klaviyo.protocol import Extract, ItemRequest, Record


@dataclass(frozen=True, slots=True)
class ItemEndpoint:
    """The endpoint of a view's items: path, parameters, revision, quota and error handler.

    `joined` is the item's attribute at the top of the listing's record; None if the item is itself
    the record. With `is_there`, a listing has just named the very item: a 404 means that something
    is wrong.
    """

    path: str
    parameters: Mapping[str, str]
    revision: str
    quota: EndpointQuota
    errors: KlaviyoErrorHandler
    joined: str | None = None
    is_there: bool = False

    def serves(self, other: "ItemEndpoint | None") -> bool:
        """Whether a request for an item brings the item of `other` too: both requests are equal."""
        return other is not None and (self.path, self.parameters, self.revision) == (
            other.path,
            other.parameters,
            other.revision,
        )

    def request(self, base_url: str, item: ItemRequest) -> Request:
        """Return the request for an item. Raises StreamFailed if its id cannot stand in a path."""
        url = address(base_url, self.path, item.id)
        return Request(url, self.parameters, self.revision, self.quota, self.errors, single=True)

    def extract(self, item: ItemRequest, raw: msgspec.Raw | None) -> Extract:
        """Return the record that an item makes, or completes; `raw` is None if there is no item."""
        if self.joined is None:
            if raw is None:
                return Extract()
            return Extract([(memoryview(raw)[:-1], item.fields + b"}")], [item.id])
        value = member(raw, ("attributes", self.joined)) if raw is not None else None
        joined = b',"%b":%b}' % (self.joined.encode(), bytes(value or b"null"))
        record: Record = item.fields, joined
        return Extract([record], [item.id])
