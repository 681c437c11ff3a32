"""The CDK's interface of a stream: requests and answers of HttpStream, page after page.

The sync engine works without this interface, by which Python or the CDK can read a stream alone.
"""

from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from typing import Any, ClassVar

import orjson
import requests
from airbyte_cdk.models import SyncMode
from airbyte_cdk.sources.streams.http import HttpStream
from airbyte_cdk.sources.streams.http.error_handlers import BackoffStrategy
from airbyte_cdk.sources.types import StreamSlice

from source_klaviyo.api import connection, revision
from source_klaviyo.api.address import refuse_elsewhere
from source_klaviyo.api.backoff import RetryAfterBackoff
from source_klaviyo.api.client import Client
from source_klaviyo.api.error_handler import KlaviyoErrorHandler
from source_klaviyo.api.partition import Partition
from source_klaviyo.protocol import Page, PageRequest
from source_klaviyo.streams.records.excluded import Excluded
from source_klaviyo.streams.requests.collection import KlaviyoCollection


class KlaviyoHttpStream(HttpStream):
    """An HttpStream over the collection with this stream as its only view.

    >>> for part in stream.stream_slices():  # doctest: +SKIP
    ...     records = stream.read_records(SyncMode.full_refresh, stream_slice=part)
    """

    keys: ClassVar[tuple[str, ...]]
    scopes: ClassVar[tuple[str, ...]]
    full_refresh_only: ClassVar[bool]
    cursor = None  # the CDK would install one that reads a single page per call

    def __init__(self, client: Client) -> None:
        """Bind the stream to one sync's `client`."""
        self._client = client
        self.excluded = Excluded()
        super().__init__(authenticator=client.auth)

    @property
    @abstractmethod
    def alone(self) -> KlaviyoCollection:
        """The collection with this stream as its only view."""

    @property
    @abstractmethod
    def revision_read(self) -> str:
        """The revision in requests."""

    @abstractmethod
    def first_request(self, partition: Partition) -> PageRequest:
        """Return the request for the first page of `partition`."""

    @abstractmethod
    def all_partitions(self) -> Iterator[Partition]:
        """Yield the partitions; with a parent, a partition per parent resource, page by page."""

    @property
    def primary_key(self) -> list[str]:
        """The members of a record that together are its primary key."""
        return list(self.keys)

    @property
    def supports_incremental(self) -> bool:
        """Whether a sync can read only new rows."""
        return super().supports_incremental and not self.full_refresh_only

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
        """Return the address of a page: a first page's, or the address in the token."""
        if next_page_token:
            return str(next_page_token["next"])
        return self.alone.url(stream_slice or {})

    def stream_slices(self, **_: object) -> Iterable[StreamSlice]:
        """Yield a slice per partition; with a parent, a slice for each of its resources."""
        for partition in self.all_partitions():
            yield StreamSlice(partition=partition, cursor_slice={})

    def request_params(
        self,
        stream_state: Mapping[str, Any] | None,  # noqa: ARG002
        stream_slice: Mapping[str, Any] | None = None,
        next_page_token: Mapping[str, Any] | None = None,
    ) -> MutableMapping[str, Any]:
        """Return the parameters of a first page; the address of a following page has them."""
        if next_page_token:
            return {}
        return self.alone.parameters(self.first_request(stream_slice or {}))

    def request_headers(self, *_: object, **__: object) -> Mapping[str, str]:
        """Return the headers for the revision."""
        return revision.headers(self.revision_read)

    def request_kwargs(self, *_: object, **__: object) -> Mapping[str, Any]:
        """Return the time limits of a request; redirects are not followed."""
        return {"timeout": connection.TIMEOUTS, "allow_redirects": False}

    def next_page_token(self, response: requests.Response) -> Mapping[str, str] | None:
        """Return the address in `links.next` of the answer, None on the last page."""
        following = self.alone.read(response, self.first_request({})).next
        if not following:
            return None
        refuse_elsewhere(response.url, following)
        return {"next": following}

    def parse_response(
        self,
        response: requests.Response,
        *,
        stream_state: Mapping[str, Any],  # noqa: ARG002
        stream_slice: Mapping[str, Any] | None = None,
        next_page_token: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> Iterable[Mapping[str, Any]]:
        """Yield the answer's records."""
        page = self.alone.read(response, self.first_request(stream_slice or {}))
        yield from self._records(page)

    def _records(self, page: Page) -> Iterator[Mapping[str, Any]]:
        """Yield the records of a page of the collection."""
        for extract in page.extracts:
            for record in self.excluded.cut(extract.records):
                yield orjson.loads(b"".join(record))

    def read_records(
        self,
        sync_mode: SyncMode,
        cursor_field: list[str] | None = None,
        stream_slice: Mapping[str, Any] | None = None,
        stream_state: Mapping[str, Any] | None = None,
    ) -> Iterable[Any]:
        """Yield the records of a slice, or of all slices without `stream_slice`."""
        slices = [stream_slice] if stream_slice is not None else self.stream_slices()
        for each in slices:
            yield from super().read_records(sync_mode, cursor_field, each, stream_state)

    def get_error_handler(self) -> KlaviyoErrorHandler:
        """Return the handler of failed requests."""
        return KlaviyoErrorHandler(self.scopes, is_oauth=self._client.auth.is_oauth)

    def get_backoff_strategy(self) -> BackoffStrategy:
        """Return the strategy that reads `Retry-After`."""
        return RetryAfterBackoff()
