"""Streams of what Klaviyo tells only of one resource at a time."""

from typing import ClassVar
from urllib.parse import quote

import orjson

from source_klaviyo.api.client import Client
from source_klaviyo.api.document import DocumentReader
from source_klaviyo.api.limits import Limit
from source_klaviyo.errors import NotFound
from source_klaviyo.protocol import Page, Partition, Record, Scalar, Window
from source_klaviyo.streams.base import KlaviyoStream


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
        self._item_budgets = [client.budgets.get(self.item, self.item_limit)]
        self._items = DocumentReader()

    def fetch(self, partition: Partition, window: Window, token: str | None, attempt: int) -> Page:
        """Fetch a page of the listing and every item on it; see protocol.Readable."""
        listing = super().fetch(partition, window, token, attempt)
        cursor = self.cursor_key or self.cursor_attribute
        on_top = (*((cursor,) if cursor else ()), *(key for _, key in self.marks))
        records: list[Record] = []
        for record in listing.records:
            listed = orjson.loads(b"".join(record))
            records += self._item(listed["id"], {key: listed[key] for key in on_top})
        instants: list[int | None] = [None] * len(records) if cursor else []
        return Page(records, instants, listing.next, requests=1 + len(listing.records))

    def _item(self, item_id: str, on_top: dict[str, Scalar]) -> list[Record]:
        try:
            page = self._client.get(
                f"{self.url_base}{self.item.replace('{id}', quote(item_id, safe=''))}",
                dict(self.item_parameters),
                lambda response: self._items.read_item(response.content, on_top),
                budgets=self._item_budgets,
                verdicts=self._verdicts,
                revision=self._revision,
            )
        except NotFound:
            return []
        return page.records
