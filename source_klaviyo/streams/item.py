"""Streams of what Klaviyo tells only of one resource at a time."""

from collections.abc import Mapping
from typing import ClassVar
from urllib.parse import quote

import msgspec
import orjson

from source_klaviyo.api.client import Client
from source_klaviyo.api.document import DocumentReader
from source_klaviyo.api.limits import Limit
from source_klaviyo.api.quota import Quota
from source_klaviyo.errors import NotFound
from source_klaviyo.protocol import Page, Partition, Record, Scalar, Window
from source_klaviyo.streams.base import KlaviyoStream


class _Listed(msgspec.Struct, frozen=True):
    """A resource of the listing, and what of it is put on top of its item's record."""

    id: str
    on_top: Mapping[str, Scalar | None]


_LISTED = msgspec.json.Decoder(_Listed)


class ItemStream(KlaviyoStream):
    """`GET /api/<item>` for each resource of a collection that has changed.

    `item` is the path with `{id}`, `item_limit` its quota and `item_parameters` what it is asked
    for. The collection is the listing, and a subclass is a kind of stream of it as well. Where it
    has a cursor, it is read by that, so that a sync asks only for what is new, and the cursor on a
    record is the listing's. A resource without such an item is left out.
    """

    ordered = False
    item: ClassVar[str]
    item_limit: ClassVar[Limit]
    item_parameters: ClassVar[tuple[tuple[str, str], ...]] = ()

    def __init__(self, client: Client) -> None:
        """Bind the declaration to one sync's `client`."""
        super().__init__(client)
        self._item_quota = client.quotas.get(self.item, self.item_limit)
        self._items = DocumentReader()

    def quota(self, partition: Partition, token: str | None) -> Quota:
        """Return what a request for a page of the listing, or for an item, draws on."""
        return self._item_quota if _names_item(token) else super().quota(partition, token)

    def fetch(self, partition: Partition, window: Window, token: str | None, attempt: int) -> Page:
        """Fetch a page of the listing, which has its items as parts, or an item."""
        if token and _names_item(token):
            return self._item(_LISTED.decode(token), attempt)
        listing = super().fetch(partition, window, token, attempt)
        return Page([], [], listing.next, parts=[self._part(record) for record in listing.records])

    def _part(self, record: Record) -> str:
        """Return the token of the item of a listed resource."""
        listed = orjson.loads(b"".join(record))
        cursor = self.cursor_key or self.cursor_attribute
        keys = (*((cursor,) if cursor else ()), *(key for _, key in self.marks))
        return msgspec.json.encode(
            _Listed(listed["id"], {key: listed[key] for key in keys})
        ).decode()

    def _item(self, listed: _Listed, attempt: int) -> Page:
        try:
            item = self._client.attempt(
                f"{self.url_base}{self.item.replace('{id}', quote(listed.id, safe=''))}",
                dict(self.item_parameters),
                lambda response: self._items.read_item(response.content, listed.on_top),
                quota=self._item_quota,
                verdicts=self._verdicts,
                revision=self._revision,
                attempt=attempt,
            )
        except NotFound:
            return Page([], [], None)
        return Page(item.records, [None] if self.cursor_attribute else [], None)


def _names_item(token: str | None) -> bool:
    """Tell the token of an item, a JSON object, from that of a page, an address."""
    return token is not None and token.startswith("{")
