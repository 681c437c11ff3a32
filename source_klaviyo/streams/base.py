"""What every stream of this source is: a collection of Klaviyo's API, declared by attributes."""

from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from typing import Any, ClassVar
from urllib.parse import quote

import orjson
import requests
from airbyte_cdk.sources.streams.http import HttpStream
from airbyte_cdk.sources.streams.http.error_handlers import BackoffStrategy
from airbyte_cdk.sources.types import StreamSlice

from source_klaviyo.api import revision
from source_klaviyo.api.answers import Verdicts
from source_klaviyo.api.backoff import RetryAfterBackoff
from source_klaviyo.api.client import TIMEOUTS, Client
from source_klaviyo.api.document import DocumentReader
from source_klaviyo.api.filters import equals, join
from source_klaviyo.api.quota import Quota
from source_klaviyo.errors import NotFound
from source_klaviyo.protocol import Page, Partition, Window
from source_klaviyo.streams.declaration import Declaration
from source_klaviyo.streams.parents import Parents

_PROBES = 3
"""How often a check asks before it takes Klaviyo for unreachable; a sync is more patient."""


class KlaviyoStream(Declaration, HttpStream):
    """A collection of Klaviyo's API: `GET /api/<endpoint>`, page by page.

    This class reads a collection whole, each sync anew (a snapshot). Its subclasses are the other
    kinds of stream: WindowedStream, NewestFirstStream, TakenStream, ItemStream and UnitedStream.
    All are used by declaring what stands in declaration.py.

    With a `parent`, the collection is read once for each of the parent's resources, and
    `parent_key` on a record tells of which.

    The sync engine reads through `quota` and `fetch` (protocol.Readable). What remains is
    HttpStream's own interface, by which the stream can be used alone, page after page.
    """

    parent: ClassVar["type[KlaviyoStream] | None"] = None
    cursor = None  # the CDK would install one that reads a single page per call
    roots: Sequence[Partition] = ()

    def __init__(self, client: Client) -> None:
        """Bind the declaration to one sync's `client`."""
        super().__init__(authenticator=client.auth)
        self._client = client
        self._verdicts = self.get_error_handler()
        self._documents = self._document_reader()
        self._parents = Parents(self.parent(client), self.parent_key) if self.parent else None
        if self._parents:
            self.roots = self._parents.partitions
            self.partitions = ()
        self._quota = client.quotas.get(self.endpoint, self.limit, self.costly)

    def quota(self, partition: Partition, token: str | None) -> Quota:
        """Return what the request for that page draws on; see protocol.Readable."""
        if self._parents and self.parent_key not in partition:
            return self._parents.quota(partition, token)
        return self._quota

    def fetch(self, partition: Partition, window: Window, token: str | None, attempt: int) -> Page:
        """Fetch one page; see protocol.Readable."""
        if self._parents and self.parent_key not in partition:
            return self._parents.fetch(partition, token, attempt)
        try:
            parameters = {} if token else self.query(partition, window)
            return self._request(partition, parameters, token, attempt)
        except NotFound:
            if not self._parents:
                raise
            return Page([], [], None)  # the parent was deleted since it was listed

    def fetch_ids(self, partition: Partition, token: str | None, attempt: int) -> Page:
        """Fetch a page of the collection with as little as can be besides the ids."""
        parameters = {} if token else self.query(partition, Window())
        if self.resource and not token:
            for name in ("include", *dict(self.parameters)):
                parameters.pop(name, None)
            parameters[f"fields[{self.resource}]"] = "id"
        return self._request(partition, parameters, token, attempt)

    def _request(
        self, partition: Partition, parameters: dict[str, str], token: str | None, attempt: int
    ) -> Page:
        return self._client.attempt(
            token or self._url(partition),
            parameters,
            lambda response: self._page(response, partition),
            quota=self._quota,
            verdicts=self._verdicts,
            revision=self._revision,
            attempt=attempt,
        )

    def probe(self) -> Page:
        """Fetch as little as can be of the collection; raises StreamFailed if it is not allowed.

        With a parent, it is the first resource of the first parent, if there is one.
        """
        if self._parents:
            partition = self._parents.first()
            if partition is None:
                return Page([], [], None)
        else:
            partition = self.partitions[0]
        parameters = self.query(partition, Window())
        if self.page_size:
            parameters["page[size]"] = "1"
        return self._client.get(
            self._url(partition),
            parameters,
            lambda response: self._page(response, partition),
            quota=self._quota,
            verdicts=self._verdicts,
            revision=self._revision,
            tries=_PROBES,
        )

    def query(self, partition: Partition, window: Window) -> dict[str, str]:
        """Return the parameters of a first request; `links.next` repeats them."""
        parameters = dict(self.parameters)
        if self.include:
            parameters["include"] = ",".join(self.include)
        if self.page_size:
            parameters["page[size]"] = str(self.page_size)
        filters = dict(partition)
        parent_id = filters.pop(self.parent_key, None)
        if self.parent_filter and parent_id is not None:
            filters[self.parent_filter] = parent_id
        conditions = [equals(name, value) for name, value in filters.items()]
        if expression := join([*conditions, *self.bounds(window)]):
            parameters["filter"] = expression
        return parameters

    def bounds(self, window: Window) -> list[str]:
        """Return the filter expressions that select `window`; none where there is no cursor."""
        del window
        return []

    def _page(self, response: requests.Response, partition: Partition) -> Page:
        shown = (*self.marks, (self.parent_key, self.parent_key))
        marks = {key: partition[name] for name, key in shown if name in partition}
        return self._documents.read(response.content, marks)

    def _document_reader(self) -> DocumentReader:
        lifts = dict(self.lifts)
        joins = {name: name.replace("-", "_") for name in self.include if name not in lifts}
        return DocumentReader(
            self.cursor_attribute, joins, lifts, cursor_key=self.cursor_key, mends=self.mends
        )

    def _url(self, partition: Partition) -> str:
        parent_id = quote(str(partition.get(self.parent_key, "")), safe="")
        return f"{self.url_base}{self.endpoint.replace('{id}', parent_id)}"

    @property
    def _revision(self) -> str:
        return self.revision_at(self._client.revision)

    # From here on: HttpStream's interface.

    @property
    def primary_key(self) -> list[str]:
        """The members of a record that together name it."""
        return list(self.keys)

    @property
    def is_resumable(self) -> bool:
        """Whether a state can be kept: only where there is a cursor."""
        return self.cursor_attribute is not None

    @property
    def url_base(self) -> str:
        """Klaviyo's API, with a slash at the end."""
        return f"{self._client.base_url}/api/"

    def path(
        self,
        *,
        stream_state: Mapping[str, Any] | None = None,  # noqa: ARG002
        stream_slice: Mapping[str, Any] | None = None,
        next_page_token: Mapping[str, Any] | None = None,
    ) -> str:
        """Return the address of a page: a first one's, or the one that the token holds."""
        return str(next_page_token["next"]) if next_page_token else self._url(stream_slice or {})

    def stream_slices(self, **_: object) -> Iterable[StreamSlice]:
        """Yield one slice a partition."""
        for partition in self._parents.all() if self._parents else self.partitions:
            yield StreamSlice(partition=partition, cursor_slice={})

    def request_params(
        self,
        stream_state: Mapping[str, Any] | None,  # noqa: ARG002
        stream_slice: Mapping[str, Any] | None = None,
        next_page_token: Mapping[str, Any] | None = None,
    ) -> MutableMapping[str, Any]:
        """Return the parameters of a first page; the address of a following one has them."""
        return {} if next_page_token else self.query(stream_slice or {}, Window())

    def request_headers(self, *_: object, **__: object) -> Mapping[str, str]:
        """Return the headers that pin the revision."""
        return revision.headers(self._revision)

    def request_kwargs(self, *_: object, **__: object) -> Mapping[str, Any]:
        """Return the time limits of a request; the CDK sets none."""
        return {"timeout": TIMEOUTS}

    def next_page_token(self, response: requests.Response) -> Mapping[str, str] | None:
        """Return where `links.next` of the answer leads, None on the last page."""
        following = self._documents.read(response.content, {}).next
        return {"next": following} if following else None

    def parse_response(
        self,
        response: requests.Response,
        *,
        stream_state: Mapping[str, Any],  # noqa: ARG002
        stream_slice: Mapping[str, Any] | None = None,
        next_page_token: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> Iterable[Mapping[str, Any]]:
        """Yield the answer's records."""
        page = self._page(response, stream_slice or {})
        return (orjson.loads(b"".join(record)) for record in page.records)

    def get_error_handler(self) -> Verdicts:
        """Return what decides on failed requests."""
        return Verdicts(self.scopes, oauth_only=self.oauth_only)

    def get_backoff_strategy(self) -> BackoffStrategy:
        """Return what reads `Retry-After`."""
        return RetryAfterBackoff()
