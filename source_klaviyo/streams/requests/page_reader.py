"""Answers of a collection, read as pages: an extract for each view."""

import logging
from collections.abc import Sequence
from urllib.parse import urljoin

import msgspec
import requests
from airbyte_cdk.models import FailureType

from source_klaviyo.api.client import Client
from source_klaviyo.api.documents.document import Document, DocumentReader
from source_klaviyo.api.documents.resource_fields import FieldsReader
from source_klaviyo.api.page_cursor import tells_rows_apart
from source_klaviyo.errors import ScopeMissing, StreamFailed, UnreadableAnswer
from source_klaviyo.protocol import Extract, Page, PageRequest
from source_klaviyo.streams.declaration import Declaration
from source_klaviyo.streams.requests.collection_view import CollectionView
from source_klaviyo.streams.requests.optional_parameters import OptionalParameters
from source_klaviyo.streams.views.needs import fields_reader
from source_klaviyo.streams.views.view import View

logger = logging.getLogger("airbyte")

_FULL_PAGE = 100
"""From so many rows on, an answer without `links` does not count as the last page."""


class PageReader:
    """A reader of the answers of the collection `name`, for `views`.

    `optional` has the parts of requests that Klaviyo refuses, and the reasons.
    """

    def __init__(
        self,
        name: str,
        declared: Declaration,
        views: Sequence[CollectionView],
        client: Client,
        optional: OptionalParameters,
    ) -> None:
        self._name = name
        self._declared = declared
        self._views = views
        self._scopes = client.scopes
        self._release = client.release
        self._optional = optional
        self._repaired = False
        self._readers: dict[tuple[tuple[int, ...], frozenset[str]], DocumentReader] = {}
        self._item_reader = DocumentReader(FieldsReader(None))

    def read(self, response: requests.Response, request: PageRequest) -> Page:
        """Return the page in the answer to `request`. Raises UnreadableAnswer."""
        body = response.content
        document = self._reader(request.views, request.left_out).read(body)
        self._tell_of_oddities(document)
        if not document.links and (
            self._declared.page_size or len(document.resources) >= _FULL_PAGE
        ):
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
            document.cursors if self._declared.cursor_attribute else [],
            extracts,
            following,
            exact=exact,
            size=len(body),
            values=document.fields.cursors,
            release=self._release,
        )

    def read_item(self, body: bytes | bytearray) -> msgspec.Raw:
        """Return the resource in the answer about an item. Raises UnreadableAnswer."""
        document = self._item_reader.read_item(body)
        self._tell_of_oddities(document)
        (raw,) = document.resources
        return raw

    def _tell_of_oddities(self, document: Document) -> None:
        if document.strange:
            logger.warning(
                "%s: Klaviyo sent %d entries that are no resources. They are left out.",
                self._name,
                document.strange,
            )
        if document.repaired and not self._repaired:
            self._repaired = True
            logger.warning(
                "%s: Klaviyo sends values that JSON does not allow: half of a surrogate pair, bytes"
                " that are not UTF-8, control characters, or NaN. They become U+FFFD or null.",
                self._name,
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
                self._scopes.answered(scope, f"{relationship} of {view.name}", told=told)

    def _impossible(self, view: View, missing: Sequence[str]) -> StreamFailed:
        scopes = {self._optional.scopes[part] for part in missing if part in self._optional.scopes}
        if scopes:
            return ScopeMissing(
                f"Missing scope {' and '.join(sorted(scopes))}: {view.name} cannot be read"
                " without. Sign in with that scope, or deselect the stream."
            )
        return StreamFailed(
            f"Klaviyo refuses {' and '.join(missing)} at /api/{self._name}, and {view.name} cannot"
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
