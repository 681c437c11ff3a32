"""What every stream of this source is: a view of a collection, declared by attributes."""

from collections.abc import Hashable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, ClassVar, Final

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
from source_klaviyo.api.partition import Partition, Scalar
from source_klaviyo.api.retry import RetryState
from source_klaviyo.protocol import Page, PageRequest, Record, Window
from source_klaviyo.streams.collection import KlaviyoCollection
from source_klaviyo.streams.declaration import Declaration
from source_klaviyo.streams.delete_checks import DELETED_AT, DeleteChecks
from source_klaviyo.streams.drift import Drift
from source_klaviyo.streams.endpoint import CollectionView
from source_klaviyo.streams.excluded import Excluded, Parameters, Schema, excluded
from source_klaviyo.streams.filters import select
from source_klaviyo.streams.patience import each_page, patiently
from source_klaviyo.streams.views.needs import Needs
from source_klaviyo.streams.views.parents import ParentsView
from source_klaviyo.streams.views.record_fields import RecordFields
from source_klaviyo.streams.views.resources import ResourceView
from source_klaviyo.streams.views.view import View

_PROBE_RETRIES: Final = 2
_PROBE_DOUBTS: Final = 1
"""How often a check asks again before a fault, or a refusal, counts: a sync is more patient."""


class KlaviyoStream(Declaration, HttpStream):
    """The resources of a collection, `GET /api/<endpoint>`.

    This class reads a collection whole, each sync anew (a snapshot). Its subclasses are the other
    kinds of stream: WindowedStream and NewestFirstStream have a cursor; IncludedStream, ItemStream
    and UnionStream make something else of the pages. All are used by declaring what stands in
    declaration.py.

    With a `parent`, the collection is read once for each of the parent's resources, and
    `parent_key` on a record tells of which.

    The sync engine reads collections, each once for all streams that are views of it. What remains
    here is HttpStream's own interface, by which a stream can be used alone, page after page.
    """

    parent: ClassVar["type[KlaviyoStream] | None"] = None
    resource_view: ClassVar[type[ResourceView]] = ResourceView
    cursor = None  # the CDK would install one that reads a single page per call

    def __init__(self, client: Client, constants: Mapping[str, Scalar] | None = None) -> None:
        """Bind the declaration to one sync's `client`; `constants` are added to records."""
        self._client = client
        super().__init__(authenticator=client.auth)
        self._errors = self.get_error_handler()
        self._constants = constants or {}
        self.excluded = Excluded()
        self.adds_account_id = False
        if self.parent:
            self.partitions = ()

    @property
    def lists_partitions(self) -> bool:
        """Whether state names every partition, because they are not known beforehand."""
        return self.parent is not None

    @property
    def members(self) -> Sequence["KlaviyoStream"]:
        """The streams, each of one collection, that together are this one: itself, mostly."""
        return [self]

    @property
    def collection_key(self) -> Hashable:
        """What is equal for streams that can be views of one collection."""
        partitions = tuple(tuple(partition.items()) for partition in self.partitions)
        narrowed = partitions, self.only_with_cursor
        return self.endpoint, self.revision_read, narrowed, self.costly, self.newest_first

    @property
    def revision_read(self) -> str:
        """The revision that requests name."""
        return self.revision_at(self._client.revision)

    def view(self, name: str) -> View:
        """Return what stream `name` makes of the collection's pages."""
        return self.resource_view(
            name,
            self.record_fields(),
            self.needs(),
            self.normalize,
            self.cursor_attribute,
            self.additions,
        )

    def collection_view(self, name: str, drift: Drift | None = None) -> CollectionView:
        """Return the view with what goes with it; `drift` looks at its records."""
        return CollectionView(self.view(name), drift=drift, excluded=self.excluded)

    def parents_view(self, key: str) -> ParentsView:
        """Return the listing of the ids, under `key`, for streams whose parent this is."""
        return ParentsView(f"ids of {self.endpoint}", key, Needs(parameters=self._narrowest))

    @property
    def _narrowest(self) -> Parameters:
        """The parameter by which a page has ids and cursors, and as little else as can be."""
        attribute = (self.cursor_attribute or "id").partition(".")[0]
        return ((f"fields[{self.resource}]", attribute),) if self.resource else ()

    @property
    def key_head(self) -> str | None:
        """What precedes the ids in the name of a record, where its key has several parts."""
        if len(self.keys) == 1:
            return None
        return "".join(f"{self._constants[key]} " for key in self.keys if key in self._constants)

    @property
    def finds_returns(self) -> bool:
        """Whether every resource that is listed has a record."""
        return True

    def listing_view(self, name: str) -> View:
        """Return what lists the names of all records, and as little else as can be."""
        return ResourceView(name, RecordFields(), Needs(parameters=self._narrowest))

    def delete_checks(self) -> DeleteChecks:
        """Return the collection that asks for rows of this stream which may be gone."""
        return DeleteChecks(self._client, self)

    def collection(self, views: Sequence[CollectionView]) -> KlaviyoCollection:
        """Return the collection with these views of it."""
        quota = self._client.quotas.get(self.endpoint, self.limit, self.costly)
        return KlaviyoCollection(self._client, self, quota, self._errors, views)

    def needs(self) -> Needs:
        """Return what the records need of a page."""
        ids = dict(self.relationship_ids)
        return Needs(
            self.include,
            self._parameters(),
            identifiers=tuple(name for name in self.include if name not in ids),
            ids=tuple(ids),
            members=tuple(name for each in self.derived for name in each.members),
            essential=self.essential,
            include_scopes=self.include_scopes,
        )

    def _parameters(self) -> Parameters:
        """Return the further parameters of requests: without attributes that are left out."""
        if not self.excluded or self.resource is None:
            return self.parameters
        made = {each.path[-1] for each in self.additions if each.path[:-1] == ("attributes",)}
        attributes = self.full_schema()["properties"].get("attributes", {}).get("properties", ())
        asked = [name for name in attributes if name not in made]
        return self.excluded.narrowed(self.parameters, self.resource, asked)

    def record_fields(self) -> RecordFields:
        """Return what is added to records at their top level."""
        ids = dict(self.relationship_ids)
        return RecordFields(
            self.cursor_key or self.cursor_attribute,
            {name: name.replace("-", "_") for name in self.include if name not in ids},
            ids,
            {**dict(self.partition_fields), self.parent_key: self.parent_key},
            self._constants,
            self.derived,
        )

    def select(
        self, partition: Partition, window: Window, *, newest_first: bool = False
    ) -> dict[str, str]:
        """Return the parameters that select a partition's window and sort it."""
        return select(self, partition, window, newest_first=newest_first)

    def state_partition(self, partition: Partition) -> Partition:
        """Return a partition of the collection as it stands in this stream's state."""
        return {**self._constants, **partition}

    @cached_property
    def drift(self) -> Drift:
        """What its records have beyond its schema."""
        return Drift(self.name, self.full_schema)

    def exclude(self, names: Sequence[str]) -> None:
        """Leave these fields out of the records. Raises ConfigError; see excluded.py."""
        if not names:
            return
        cursor = self.cursor_attribute or "id"
        on_top = {*self.primary_key, self.cursor_key or cursor, self.parent_key, "id", "type"}
        kept = [*((key,) for key in (*on_top, DELETED_AT)), ("attributes", *cursor.split("."))]
        self.excluded = excluded(self.name, self.full_schema(), kept, names)

    def full_schema(self) -> Schema:
        """Return the schema of its records where nothing is left out or added by a setting."""
        return super().get_json_schema()

    def get_json_schema(self) -> Schema:  # type: ignore[override]  # the CDK caches its own
        """Return the schema of its records."""
        schema = self.excluded.schema(self.full_schema())
        added = {"account_id": {"type": "string"}} if self.adds_account_id else {}
        return {**schema, "properties": {**schema["properties"], **added}}

    def probe(self) -> Sequence[Record]:
        """Return the first records, or none; raises StreamFailed if they are not allowed.

        With a parent, they are those of the first parent, if there is one.
        """
        partition = next(iter(self.all_partitions()), None)
        if partition is None:
            return []
        request = replace(self.first_request(partition), page_size=self.page_size and 1)
        page = patiently(self._alone, request, RetryState(_PROBE_RETRIES, _PROBE_DOUBTS))
        records = [(bytes(piece), rest) for piece, rest in page.extracts[0].records]
        page.release()
        return records

    # From here on: HttpStream's interface.

    @property
    def primary_key(self) -> list[str]:
        """The members of a record that together name it."""
        return list(self.keys)

    @property
    def supports_incremental(self) -> bool:
        """Whether a sync can bring only what is new."""
        return super().supports_incremental and not self.full_refresh_only

    @property
    def is_resumable(self) -> bool:
        """Whether a refresh that was cut can go on: by a cursor, or from parent to parent."""
        return self.cursor_attribute is not None or self.parent is not None

    @property
    def url_base(self) -> str:
        """Klaviyo's API, with a slash at the end."""
        return f"{self._client.base_url}/api/"

    @cached_property
    def _alone(self) -> KlaviyoCollection:
        """The collection with this stream as its only view."""
        return self.collection([self.collection_view(self.name)])

    def first_request(self, partition: Partition) -> PageRequest:
        """Return the request for the first page of `partition`."""
        return PageRequest(
            partition,
            Window(),
            (0,),
            page_size=self.page_size,
            left_out=self._alone.left_out,
        )

    def path(
        self,
        *,
        stream_state: Mapping[str, Any] | None = None,  # noqa: ARG002
        stream_slice: Mapping[str, Any] | None = None,
        next_page_token: Mapping[str, Any] | None = None,
    ) -> str:
        """Return the address of a page: a first one's, or the one that the token holds."""
        if next_page_token:
            return str(next_page_token["next"])
        return self._alone.url(stream_slice or {})

    def stream_slices(self, **_: object) -> Iterable[StreamSlice]:
        """Yield one slice a partition; with a parent, one for each of its resources."""
        for partition in self.all_partitions():
            yield StreamSlice(partition=partition, cursor_slice={})

    def all_partitions(self) -> Iterator[Partition]:
        """Yield the partitions, those of parents found one request after the other."""
        if self.parent is None:
            yield from self.partitions
            return
        parent = self.parent(self._client)
        view = CollectionView(parent.parents_view(self.parent_key))
        collection = parent.collection([view])
        for partition in parent.all_partitions():
            first = parent.first_request(partition)
            for children in each_page(collection, first, lambda page: page.extracts[0].children):
                yield from children

    def request_params(
        self,
        stream_state: Mapping[str, Any] | None,  # noqa: ARG002
        stream_slice: Mapping[str, Any] | None = None,
        next_page_token: Mapping[str, Any] | None = None,
    ) -> MutableMapping[str, Any]:
        """Return the parameters of a first page; the address of a following one has them."""
        if next_page_token:
            return {}
        return self._alone.parameters(self.first_request(stream_slice or {}))

    def request_headers(self, *_: object, **__: object) -> Mapping[str, str]:
        """Return the headers that pin the revision."""
        return revision.headers(self.revision_read)

    def request_kwargs(self, *_: object, **__: object) -> Mapping[str, Any]:
        """Return what the CDK leaves open: time limits, and that redirects are not followed."""
        return {"timeout": connection.TIMEOUTS, "allow_redirects": False}

    def next_page_token(self, response: requests.Response) -> Mapping[str, str] | None:
        """Return where `links.next` of the answer leads, None on the last page."""
        following = self._alone.read(response, self.first_request({})).next
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
        page = self._alone.read(response, self.first_request(stream_slice or {}))
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
        """Yield the records of a slice, or of all slices where none is given."""
        slices = [stream_slice] if stream_slice is not None else self.stream_slices()
        for each in slices:
            yield from super().read_records(sync_mode, cursor_field, each, stream_state)

    def get_error_handler(self) -> KlaviyoErrorHandler:
        """Return what decides on failed requests."""
        return KlaviyoErrorHandler(self.scopes, is_oauth=self._client.auth.is_oauth)

    def get_backoff_strategy(self) -> BackoffStrategy:
        """Return what reads `Retry-After`."""
        return RetryAfterBackoff()
