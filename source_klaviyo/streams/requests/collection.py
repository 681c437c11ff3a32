"""A collection of Klaviyo's API, fetched page by page for all of its views at once."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from urllib.parse import urljoin

import msgspec
import requests
from airbyte_cdk.models import FailureType

from source_klaviyo.api.address import address, refuse_elsewhere
from source_klaviyo.api.client import Client, Request
from source_klaviyo.api.documents.document import Document, DocumentReader
from source_klaviyo.api.documents.resource_fields import FieldsReader
from source_klaviyo.api.error_handler import KlaviyoErrorHandler
from source_klaviyo.api.page_cursor import restated, tells_rows_apart
from source_klaviyo.api.partition import Partition
from source_klaviyo.api.quotas.quota import EndpointQuota
from source_klaviyo.api.retry import await_quota
from source_klaviyo.errors import (
    NotFound,
    PageLost,
    PageSizeRefused,
    ParentGone,
    RequestFailed,
    ScopeMissing,
    StreamFailed,
    UnreadableAnswer,
)
from source_klaviyo.protocol import Extract, ItemRequest, Page, PageRequest
from source_klaviyo.streams.declaration import Declaration
from source_klaviyo.streams.requests.collection_view import CollectionView
from source_klaviyo.streams.requests.filters import select
from source_klaviyo.streams.requests.optional_parameters import OptionalParameters
from source_klaviyo.streams.requests.query import leave_out, optional_parts, unite
from source_klaviyo.streams.views.needs import fields_reader, include_part
from source_klaviyo.streams.views.view import View

logger = logging.getLogger("airbyte")

_FULL_PAGE = 100
"""From so many rows on, an answer without `links` does not count as the last page."""


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
        self.bounded_below = declared.lower is not None
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
        self._repaired = False
        self._takes_page_size = True
        self._optional = OptionalParameters(self.name, client.scopes, _scopes_of(views, client))
        self._readers: dict[tuple[tuple[int, ...], frozenset[str]], DocumentReader] = {}
        self._item_reader = DocumentReader(FieldsReader(None))

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
            document = self._item_reader.read_item(response.content)
            self._tell_of_oddities(document)
            (raw,) = document.resources
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

    def read(self, response: requests.Response, request: PageRequest) -> Page:
        """Return the page in the answer to `request`. Raises UnreadableAnswer."""
        body = response.content
        document = self._reader(request.views, request.left_out).read(body)
        self._tell_of_oddities(document)
        if not document.links and (self.page_size or len(document.resources) >= _FULL_PAGE):
            raise UnreadableAnswer("the answer does not say whether there is another page")
        extracts = [self._extract(number, document, request) for number in request.views]
        ids = document.fields.ids
        following = document.next and urljoin(response.url, document.next)
        exact = not following or not ids or tells_rows_apart(following, ids[-1])
        if "" in ids:  # two rows without an id are two rows
            ids = [
                name or repr(bytes(raw)) for name, raw in zip(ids, document.resources, strict=True)
            ]
        return Page(
            ids,
            document.cursors if self.has_cursor else [],
            extracts,
            following,
            exact=exact,
            size=len(body),
            values=document.fields.cursors,
            release=self._client.release,
        )

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
        return RequestFailed(f"{missing.message} Its parent exists.")

    def _tell_of_oddities(self, document: Document) -> None:
        if document.strange:
            logger.warning(
                "%s: Klaviyo sent %d entries that are no resources. They are left out.",
                self.name,
                document.strange,
            )
        if document.repaired and not self._repaired:
            self._repaired = True
            logger.warning(
                "%s: Klaviyo sends values that JSON does not allow: half of a surrogate pair, bytes"
                " that are not UTF-8, control characters, or NaN. They become U+FFFD or null.",
                self.name,
            )

    def _extract(self, number: int, document: Document, request: PageRequest) -> Extract:
        own = self._views[number]
        needs = own.view.needs
        if missing := needs.essential & request.left_out:
            return Extract(failure=self._impossible(own.view, sorted(missing)))
        self._note_silence(own.view, document)
        others = {name for each in request.views for name in self._views[each].view.needs.include}
        # Ids in `needs.ids` come without `include`: no other view adds them.
        if own.view.passes_resources and (strange := others - {*needs.include, *needs.ids}):
            document = document.without(strange)
        if own.excluded and own.view.passes_resources:
            # Excluded fields go first: no column is derived from them.
            reader = self._reader(request.views, request.left_out)
            document = reader.changed(document, own.excluded.cut_from)
        extract = own.view.extract(document, request.partition)
        if own.drift and extract.records:
            own.drift.look_at(extract.records[0])
        return extract

    def _note_silence(self, view: View, document: Document) -> None:
        """Note whether any resource of the page has the relationships that need another scope.

        Recorded answers show: a resource without a related resource has no such relationship. Only
        if a whole sync brings no related resource may the scope be the reason.
        """
        for relationship, scope in view.needs.include_scopes:
            if held := document.fields.identifiers.get(relationship):
                told = any(each is not msgspec.UNSET for each in held)
                self._client.scopes.answered(scope, f"{relationship} of {view.name}", told=told)

    def _impossible(self, view: View, missing: Sequence[str]) -> StreamFailed:
        scopes = {self._optional.scopes[part] for part in missing if part in self._optional.scopes}
        if scopes:
            return ScopeMissing(
                f"Missing scope {' and '.join(sorted(scopes))}: {view.name} cannot be read"
                " without. Sign in with that scope, or deselect the stream."
            )
        return StreamFailed(
            f"Klaviyo refuses {' and '.join(missing)} at /api/{self.name}, and {view.name} cannot"
            f" be read without. {self._optional.refusal}",
            FailureType.config_error,
        )

    def _reader(self, views: tuple[int, ...], left_out: frozenset[str]) -> DocumentReader:
        """Return the reader for `views`; some relationships have ids without `include`."""
        if (views, left_out) not in self._readers:
            needs = [self._views[number].view.needs.without(left_out) for number in views]
            fields = fields_reader(self._declared.cursor_attribute, needs)
            self._readers[views, left_out] = DocumentReader(fields)
        return self._readers[views, left_out]


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
