"""Requests for single rows that a listing lacked: only Klaviyo's own answer makes a tombstone."""

import math
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec
import requests

from source_klaviyo.api.address import address
from source_klaviyo.api.client import Client, Request
from source_klaviyo.api.documents.document import DocumentReader, second
from source_klaviyo.api.documents.error_document import error_document
from source_klaviyo.api.documents.resource_fields import FieldsReader
from source_klaviyo.api.error_handler import KlaviyoErrorHandler
from source_klaviyo.api.retry import await_quota
from source_klaviyo.errors import ListingNotWhole, NotFound, RequestFailed, UnreadableAnswer
from source_klaviyo.protocol import Extract, Page, PageRequest
from source_klaviyo.streams.requests.collection import KlaviyoCollection
from source_klaviyo.streams.requests.collection_view import CollectionView
from source_klaviyo.streams.views.needs import Needs
from source_klaviyo.streams.views.record_fields import RecordFields
from source_klaviyo.streams.views.resources import ResourceView

if TYPE_CHECKING:
    from source_klaviyo.streams.kinds.base import KlaviyoStream

_T = TypeVar("_T")

DELETED_AT: Final = "_ab_cdc_deleted_at"
"""The member by which Airbyte's destinations know a tombstone."""
_MOST_THERE: Final = 10
"""The listing counts as wrong after ten existing rows that it lacked for each row that is gone. An
empty listing would otherwise cost a request for each row."""
_ANSWERS: Final = 3
"""How often Klaviyo must answer 404 for a row if no other row can show that the endpoint works."""


class DeleteChecks(KlaviyoCollection):
    """The rows of `stream` that may be gone. Each partition is the name of a row.

    A page is a tombstone, or empty if the row exists. A 404 counts only if the same request finds
    another row (`like`) from the latest listing: Klaviyo answers 404 for other reasons as well
    (recorded: `No valid revisions found for method`).
    """

    def __init__(self, client: Client, stream: "KlaviyoStream") -> None:
        members = stream.members
        first, errors = members[0], _GoneHandler(stream.scopes, is_oauth=client.auth.is_oauth)
        quota = client.quotas.get(str(first.single), first.limit)
        nothing = ResourceView(stream.name, RecordFields(), Needs())
        super().__init__(client, first, quota, errors, [CollectionView(nothing)])
        self.name = f"deletes of {stream.name}"
        self.has_cursor = self.ordered = self.newest_first = False
        self.page_size, self.partitions = None, ()
        self._stream = stream
        self._kinds = {(member.key_head or "").strip(): member for member in members}
        self._ids = DocumentReader(FieldsReader(None))
        self._missed = Counter[str]()
        self._there = self._gone = 0

    def fetch(self, request: PageRequest) -> Page:
        """Ask for a row; see protocol.Collection."""
        name, like = str(request.partition["id"]), request.partition.get("like")
        found = self._look_for(name)
        if found:
            self._there += 1
            if self._there >= _MOST_THERE * (1 + self._gone):
                raise ListingNotWhole(
                    f"Klaviyo has not listed all {self._stream.name} that it has."
                )
            return Page([], [], [Extract()])
        if found is None and not self._is_about(name, like):
            raise RequestFailed(f"Klaviyo does not find {name} of {self._stream.name}.")
        self._gone += 1
        piece = msgspec.json.encode(self._tombstone(name, request.partition.get("after")))
        return Page([name], [], [Extract([(memoryview(piece)[:-1], b"}")], gone=[name])])

    def _is_about(self, name: str, like: object) -> bool:
        """Whether a 404 is about the row: the same request finds another row."""
        if isinstance(like, str):
            await_quota(self.quota.reserve, self.name)
            return self._look_for(like) is not None
        self._missed[name] += 1
        return self._missed[name] >= _ANSWERS

    def _look_for(self, name: str) -> bool | None:
        """Whether Klaviyo has a row and its owners; None if Klaviyo answers 404."""
        if len(self._stream.keys) > 1:
            return self._has_link(*name.split(" "))
        kind: type[KlaviyoStream] | None = type(self._kinds[""])
        found = self._ask(str(self._kinds[""].single), name)
        while found and kind and kind.belongs_to:  # a row is deleted with its owner
            await_quota(self.quota.reserve, self.name)
            found = self._ask(f"{kind.single}/{kind.belongs_to}", found)
            kind = kind.parent
        return True if found else None

    def _ask(self, path: str, own_id: str) -> str | None:
        """Return the id of the resource at `path`, None if Klaviyo finds nothing."""

        def read(response: requests.Response) -> str:
            return self._ids.read_item(response.content).fields.ids[0]

        return self._send(path, own_id, read)

    def _has_link(self, kind: str, owner: str, linked: str) -> bool | None:
        """Whether a resource of a `kind` still names another: a link has no address of its own."""

        def read(response: requests.Response) -> bool:
            document = self._ids.read(response.content)
            if document.next and linked not in document.fields.ids:
                raise UnreadableAnswer("the links take more than a page")
            return linked in document.fields.ids

        return self._send(str(self._kinds[kind].single), owner, read)

    def _send(self, path: str, own_id: str, read: Callable[[requests.Response], _T]) -> _T | None:
        """Return the answer at `path` as `read` decodes it, None if Klaviyo finds nothing."""
        url, revision = address(self._client.base_url, path, own_id), self._stream.revision_read
        request = Request(url, {}, revision, self.quota, self._errors, single=True)
        try:
            found = self._client.send(request, read)
        except NotFound:
            return None
        self._client.release()
        return found

    def _tombstone(self, name: str, after: object) -> Mapping[str, str]:
        """Return the row's key, and the time of the deletion's discovery.

        The time is the next whole second of Klaviyo's clock, and later than the row's own cursor: a
        destination keeps the row with the latest cursor.
        """
        moment = math.floor(self._client.clock.klaviyos_now) + 1
        if isinstance(after, str):
            moment = max(moment, second(after) + 1)
        at = datetime.fromtimestamp(moment, UTC).isoformat()
        names = name.split(" ") if len(self._stream.keys) > 1 else [name]
        keys = dict(zip(self._stream.keys, names, strict=True))
        return {**keys, str(self._stream.cursor_field): at, DELETED_AT: at}


class _GoneHandler(KlaviyoErrorHandler):
    """Takes Klaviyo's own 410 as a 404: the `like` row proves the revision good."""

    def failure(self, outcome: requests.Response | Exception) -> Exception:
        """Return the exception for `outcome`; see KlaviyoErrorHandler."""
        if isinstance(outcome, requests.Response) and outcome.status_code == HTTPStatus.GONE:
            said = error_document(outcome)
            return NotFound(said.detail) if said else super().failure(outcome)
        return super().failure(outcome)
