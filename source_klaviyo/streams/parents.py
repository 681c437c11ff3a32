"""Where the partitions of a child stream come from: the ids of its parents."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import msgspec
from airbyte_cdk.models import SyncMode

from source_klaviyo.api.quota import Quota
from source_klaviyo.protocol import Page, Partition


class ParentStream(Protocol):
    """The stream that has the parents."""

    @property
    def partitions(self) -> Sequence[Partition]:
        """Its partitions."""

    def quota(self, partition: Partition, token: str | None) -> Quota:
        """Return what a request for a page of it draws on."""

    def fetch_ids(self, partition: Partition, token: str | None, attempt: int) -> Page:
        """Fetch a page with little but ids."""

    def probe(self) -> Page:
        """Fetch a first resource."""

    def stream_slices(self) -> Iterable[Mapping[str, Any]]:
        """Yield its slices."""

    def read_records(
        self,
        sync_mode: SyncMode,
        cursor_field: list[str] | None = None,
        stream_slice: Mapping[str, Any] | None = None,
    ) -> Iterable[Any]:
        """Yield the records of a slice."""


class _Resource(msgspec.Struct):
    id: str


_RESOURCES = msgspec.json.Decoder(_Resource)


class Parents:
    """Turns the pages of a parent stream into partitions `{key: <id>}` of its child."""

    def __init__(self, stream: ParentStream, key: str) -> None:
        self._stream = stream
        self._key = key

    @property
    def partitions(self) -> Sequence[Partition]:
        """The parent's own partitions: the child's roots."""
        return self._stream.partitions

    def quota(self, partition: Partition, token: str | None) -> Quota:
        """Return what a request for a page of parents draws on; see protocol.Readable."""
        return self._stream.quota(partition, token)

    def fetch(self, partition: Partition, token: str | None, attempt: int) -> Page:
        """Fetch a page of parents; it has no records and opens a partition for each."""
        page = self._stream.fetch_ids(partition, token, attempt)
        return Page([], [], page.next, self._opened(page))

    def all(self) -> Iterator[Partition]:
        """Yield the child's partitions, read by the CDK's way, one request after the other."""
        for piece in self._stream.stream_slices():
            for record in self._stream.read_records(SyncMode.full_refresh, stream_slice=piece):
                yield {self._key: record["id"]}

    def first(self) -> Partition | None:
        """Return the child's first partition, None where there is no parent."""
        return next(iter(self._opened(self._stream.probe())), None)

    def _opened(self, page: Page) -> list[Partition]:
        ids = [_RESOURCES.decode(b"".join(record)).id for record in page.records]
        return [{self._key: parent_id} for parent_id in ids]
