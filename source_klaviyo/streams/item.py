"""Streams of what Klaviyo tells only of one resource at a time."""

from typing import ClassVar
from urllib.parse import quote

import msgspec

from source_klaviyo.api.client import Client
from source_klaviyo.api.limits import Limit
from source_klaviyo.errors import NotFound
from source_klaviyo.protocol import Page, Partition, Record, Window
from source_klaviyo.streams.windowed import WindowedStream


class _Resource(msgspec.Struct):
    id: str


class ItemStream(WindowedStream):
    """`GET /api/<item>` for each resource of a collection that has changed.

    `item` is the path with `{id}`, `item_limit` its quota and `item_parameters` what it is asked
    for. The collection is the listing: it is read by its cursor, so that a sync asks only for
    what is new. A resource without such an item is left out.
    """

    ordered = False
    item: ClassVar[str]
    item_limit: ClassVar[Limit]
    item_parameters: ClassVar[tuple[tuple[str, str], ...]] = ()

    def __init__(self, client: Client) -> None:
        """Bind the declaration to one sync's `client`."""
        super().__init__(client)
        self._item_budgets = [client.budgets.get(self.item, self.item_limit)]

    def fetch(self, partition: Partition, window: Window, token: str | None, attempt: int) -> Page:
        """Fetch a page of the listing and every item on it; see protocol.Readable."""
        listing = super().fetch(partition, window, token, attempt)
        records: list[Record] = []
        for record in listing.records:
            item = msgspec.json.decode(b"".join(record), type=_Resource)
            records += self._item(item.id)
        return Page(records, [None] * len(records), listing.next)

    def _item(self, item_id: str) -> list[Record]:
        try:
            page = self._client.get(
                f"{self.url_base}{self.item.replace('{id}', quote(item_id, safe=''))}",
                dict(self.item_parameters),
                lambda response: self._documents.read_item(response.content, {}),
                budgets=self._item_budgets,
                verdicts=self._verdicts,
                revision=self._revision,
            )
        except NotFound:
            return []
        return page.records
