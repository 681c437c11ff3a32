"""A collection of Klaviyo's API, fetched page by page for all of its views at once."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

import msgspec
import requests

from source_klaviyo.api.address import address, refuse_elsewhere
from source_klaviyo.api.client import Client, Request
from source_klaviyo.api.error_handler import KlaviyoErrorHandler
from source_klaviyo.api.page_cursor import restated
from source_klaviyo.api.partition import Partition
from source_klaviyo.api.quotas.quota import EndpointQuota
from source_klaviyo.api.retry import await_quota
from source_klaviyo.errors import (
    NotFound,
    PageLost,
    PageSizeRefused,
    ParentGone,
    RequestFailed,
    StreamFailed,
)
from source_klaviyo.protocol import ItemRequest, Page, PageRequest
from source_klaviyo.streams.declaration import Declaration
from source_klaviyo.streams.requests.collection_view import CollectionView
from source_klaviyo.streams.requests.filters import select
from source_klaviyo.streams.requests.optional_parameters import OptionalParameters
from source_klaviyo.streams.requests.page_reader import PageReader
from source_klaviyo.streams.requests.query import leave_out, optional_parts, unite
from source_klaviyo.streams.views.needs import include_part

logger = logging.getLogger("airbyte")


class KlaviyoCollection:
    """The collection that `declared` describes, for `views`; implements protocol.Collection."""

    def __init__(
        self,
        client: Client,
        declared: Declaration,
        quota: EndpointQuota,
        errors: KlaviyoErrorHandler,
        views: Sequence[CollectionView],
    ) -> None:
        self.name = declared.endpoint
        self.has_cursor = declared.cursor_attribute is not None
        self.bounded_above = declared.upper
        self.ordered = declared.ordered
        self.newest_first = declared.newest_first
        self.page_size = declared.page_size
        self.deferrable = False
        self.partitions = declared.partitions
        self.quota = quota
        self._client = client
        self._declared = declared
        self._revision = declared.revision_at(client.revision)
        self._errors = errors
        self._views = views
        self._takes_page_size = True
        self._optional = OptionalParameters(self.name, client.scopes, _scopes_of(views, client))
        self._pages = PageReader(self.name, declared, views, client, self._optional)

    @property
    def sortable(self) -> bool:
        """Whether Klaviyo can sort by the cursor."""
        return self._declared.sort is not None

    @property
    def left_out(self) -> frozenset[str]:
        """The parts of a request that Klaviyo has refused; see optional_parameters.py."""
        return self._optional.left_out

    def item_quota(self, view: int) -> EndpointQuota:
        """Return the quota of requests for the items of a view; see protocol.Collection."""
        items = self._views[view].items
        return items.quota if items else self.quota

    def fetch(self, request: PageRequest) -> Page:
        """Fetch a page; see protocol.Collection."""
        asked = {} if request.token else self.parameters(request)
        url = self.url(request.partition)
        if request.token:
            refuse_elsewhere(url, request.token)
            url = request.token
            if request.restated:
                url = restated(url, self.parameters(request))
        single = request.page_size in (None, 1)
        sent = Request(url, asked, self._revision, self.quota, self._errors, single)
        try:
            return self._client.send(sent, lambda response: self.read(response, request))
        except NotFound as missing:
            raise self._missing(request, missing) from missing
        except PageSizeRefused as refused:
            if not refused.altogether or not self._takes_page_size:
                raise
            self._takes_page_size = False
            raise RequestFailed(f"{refused.message} Asking without a page size.") from refused

    def items_like(self, view: int) -> int:
        """Return the first view that needs the same items; see protocol.Collection."""
        own = self._views[view].items
        if own is None:
            return view
        alike = (number for number, each in enumerate(self._views) if own.serves(each.items))
        return next(alike, view)

    def fetch_item(self, items: Mapping[int, ItemRequest]) -> Page:
        """Fetch an item; an item unknown to Klaviyo makes no record. See protocol.Collection."""
        wanted = [
            (endpoint, item)
            for view, item in items.items()
            if (endpoint := self._views[view].items) is not None
        ]
        endpoint, item = wanted[0]

        def page(raw: msgspec.Raw | None) -> Page:
            return Page([item.id], [], [each.extract(asked, raw) for each, asked in wanted])

        def read(response: requests.Response) -> Page:
            raw = self._pages.read_item(response.content)
            size = len(response.content)
            return replace(page(raw), size=size, release=self._client.release)

        try:
            return self._client.send(endpoint.request(self._client.base_url, item), read)
        except NotFound:
            if endpoint.is_there:
                raise
            return page(None)

    def optional_parts(self, request: PageRequest) -> frozenset[str]:
        """Return the parts of a request that enrich its rows; see protocol.Collection."""
        parts = optional_parts(self.parameters(request))
        return frozenset(part for part in parts if part.startswith(("include=", "additional-")))

    def refused_parts(self, request: PageRequest, failure: StreamFailed) -> frozenset[str] | None:
        """Return the parts to leave out of a refused request; see protocol.Collection."""
        asked = self.parameters(replace(request, left_out=self.left_out))
        return self._optional.next_trial(request.left_out, optional_parts(asked), failure)

    def served_without(self, parts: frozenset[str], *, is_row: bool) -> None:
        """Note a page that Klaviyo has served without `parts`; see protocol.Collection."""
        if parts:
            self._optional.served_without(parts, is_row=is_row)
        else:
            self._optional.served_whole()

    def read(self, response: requests.Response, request: PageRequest) -> Page:
        """Return the page in the answer to `request`. Raises UnreadableAnswer."""
        return self._pages.read(response, request)

    def parameters(self, request: PageRequest) -> dict[str, str]:
        """Return the parameters of a first request; `links.next` repeats them."""
        views = [self._views[number].view for number in request.views]
        parameters = unite([view.needs for view in views], self._declared.resource)
        if request.page_size and self._takes_page_size:
            parameters["page[size]"] = str(request.page_size)
        parameters |= select(
            self._declared, request.partition, request.window, newest_first=request.newest_first
        )
        return leave_out(parameters, request.left_out)

    def url(self, partition: Partition, path: str | None = None) -> str:
        """Return the address of a partition's first page, or of `path` with its parent's id."""
        parent_id = str(partition.get(self._declared.parent_key, ""))
        return address(self._client.base_url, path or self._declared.endpoint, parent_id)

    def _missing(self, request: PageRequest, missing: NotFound) -> Exception:
        """Return the meaning of a 404: a following page is lost, or the parent may be gone."""
        if request.token:
            return PageLost(str(missing.message))
        head, placeholder, _ = self._declared.endpoint.partition("{id}")
        if not placeholder:
            return missing
        path = f"{head}{placeholder}"
        quota = self._client.quotas.get(path, self._declared.limit)
        url = self.url(request.partition, path)
        parent = Request(url, {}, self._revision, quota, self._errors, single=True)
        await_quota(parent.quota.reserve, path)
        try:
            self._client.send(parent, lambda _: None)
        except NotFound:
            return ParentGone(str(missing.message))
        except Exception as other:  # noqa: BLE001  whatever it is, it does not prove the parent gone
            return other
        self._client.release()
        return RequestFailed(f"{missing.message} Its parent exists.")


def _scopes_of(views: Sequence[CollectionView], client: Client) -> dict[str, str]:
    """Return the scope of each part of a request that needs a scope of its own."""
    scopes: dict[str, str] = {}
    for own in views:
        needs = own.view.needs
        for relationship, scope in needs.include_scopes:
            part = include_part(relationship)
            scopes[part] = scope
            if part not in needs.essential:
                client.scopes.enriches(scope, f"{relationship} of {own.view.name}")
    return scopes
