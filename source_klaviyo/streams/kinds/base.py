"""The base class of all streams: a view of a collection, declared by attributes."""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import ClassVar, Final

from source_klaviyo.api.client import Client
from source_klaviyo.api.partition import Partition, Scalar
from source_klaviyo.api.retry import RetryState
from source_klaviyo.protocol import PageRequest, Record, Window
from source_klaviyo.streams.declaration import Declaration
from source_klaviyo.streams.kinds.delete_checks import DELETED_AT, DeleteChecks
from source_klaviyo.streams.kinds.http_stream import KlaviyoHttpStream
from source_klaviyo.streams.records.drift import Drift
from source_klaviyo.streams.records.excluded import Parameters, Schema, excluded
from source_klaviyo.streams.requests.collection import KlaviyoCollection
from source_klaviyo.streams.requests.collection_view import CollectionView
from source_klaviyo.streams.requests.patience import each_page, patiently
from source_klaviyo.streams.views.needs import Needs
from source_klaviyo.streams.views.parents import ParentsView
from source_klaviyo.streams.views.record_fields import RecordFields
from source_klaviyo.streams.views.resources import ResourceView
from source_klaviyo.streams.views.view import View

_PROBE_RETRIES: Final = 2
_PROBE_DOUBTS: Final = 1
_PROBE_PATIENCE: Final = 60.0
"""Retries of a check before a fault, or a refusal, counts as final, and the seconds that a check
waits for quota: a sync is more patient."""


class KlaviyoStream(Declaration, KlaviyoHttpStream):
    """The resources of a collection, `GET /api/<endpoint>`.

    Each sync reads the collection whole (a snapshot). The subclasses are the other kinds of stream:
    WindowedStream and NewestFirstStream have a cursor; IncludedStream, ItemStream and UnionStream
    read other records from the pages. A stream is a subclass with the attributes of declaration.py.

    With a `parent`, the collection is read once for each of the parent's resources, whose id is
    `parent_key` in a record.

    The sync engine reads collections, each once for all streams that are views of it. The CDK's
    interface of a stream is in http_stream.py.

    >>> class _Tags(KlaviyoStream):
    ...     endpoint, scopes, resource = "tags", ("tags:read",), "tag"
    ...     include, relationship_ids = ("tag-group",), (("tag-group", "tag_group_id"),)
    >>> _Tags.revision_at("2026-07-15")
    '2026-07-15'
    """

    parent: ClassVar["type[KlaviyoStream] | None"] = None
    resource_view: ClassVar[type[ResourceView]] = ResourceView

    def __init__(self, client: Client, constants: Mapping[str, Scalar] | None = None) -> None:
        """Bind the declaration to one sync's `client`; `constants` are added to records."""
        super().__init__(client)
        self._errors = self.get_error_handler()
        self._constants = constants or {}
        self.adds_account_id = False
        if self.parent:
            self.partitions = ()

    @property
    def lists_partitions(self) -> bool:
        """Whether state names every partition, because they are not known beforehand."""
        return self.parent is not None

    @property
    def members(self) -> Sequence["KlaviyoStream"]:
        """The streams of a single collection each that together make this stream: mostly itself."""
        return [self]

    @property
    def collection_key(self) -> Hashable:
        """The key shared by all streams that can be views of the same collection."""
        partitions = tuple(tuple(partition.items()) for partition in self.partitions)
        narrowed = partitions, self.only_with_cursor
        return self.endpoint, self.revision_read, narrowed, self.costly, self.newest_first

    @property
    def revision_read(self) -> str:
        """The revision in requests."""
        return self.revision_at(self._client.revision)

    def view(self, name: str) -> View:
        """Return the view of the collection for stream `name`."""
        return self.resource_view(
            name,
            self.record_fields(),
            self.needs(),
            self.normalize,
            self.cursor_attribute,
            self.additions,
        )

    def collection_view(self, name: str, drift: Drift | None = None) -> CollectionView:
        """Return the view with its surroundings; `drift` compares its records with the schema."""
        return CollectionView(self.view(name), drift=drift, excluded=self.excluded)

    def parents_view(self, key: str) -> ParentsView:
        """Return the listing of the ids, under `key`, for streams whose parent is this stream."""
        return ParentsView(f"ids of {self.endpoint}", key, Needs(parameters=self._narrowest))

    @property
    def _narrowest(self) -> Parameters:
        """The parameter for pages with ids and cursors, and as few other attributes as possible."""
        attribute = (self.cursor_attribute or "id").partition(".")[0]
        return ((f"fields[{self.resource}]", attribute),) if self.resource else ()

    @property
    def key_head(self) -> str | None:
        """The text before the ids in the name of a record with a key of several parts."""
        if len(self.keys) == 1:
            return None
        return "".join(f"{self._constants[key]} " for key in self.keys if key in self._constants)

    @property
    def finds_returns(self) -> bool:
        """Whether every listed resource has a record."""
        return True

    def listing_view(self, name: str) -> View:
        """Return the view that lists the names of all records, with as few attributes as can be."""
        return ResourceView(name, RecordFields(), Needs(parameters=self._narrowest))

    def delete_checks(self) -> DeleteChecks:
        """Return the collection of checks for rows of this stream that may be gone."""
        return DeleteChecks(self._client, self)

    def collection(self, views: Sequence[CollectionView]) -> KlaviyoCollection:
        """Return the collection with these views of it."""
        quota = self._client.quotas.get(self.endpoint, self.limit, self.costly)
        return KlaviyoCollection(self._client, self, quota, self._errors, views)

    def needs(self) -> Needs:
        """Return the needs of the records."""
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
        """Return the further parameters of requests, without excluded attributes."""
        if not self.excluded or self.resource is None:
            return self.parameters
        attributes = self.full_schema()["properties"].get("attributes", {}).get("properties", ())
        opted = dict(self.parameters).get(f"additional-fields[{self.resource}]", "").split(",")
        refused = {name for name in self.opt_in if name not in opted}
        asked = [name for name in attributes if name not in refused]
        return self.excluded.narrowed(self.parameters, self.resource, asked)

    def record_fields(self) -> RecordFields:
        """Return the members added to records at their top level."""
        ids = dict(self.relationship_ids)
        return RecordFields(
            self.cursor_key or self.cursor_attribute,
            {name: name.replace("-", "_") for name in self.include if name not in ids},
            ids,
            {**dict(self.partition_fields), self.parent_key: self.parent_key},
            self._constants,
            self.derived,
        )

    def state_partition(self, partition: Partition) -> Partition:
        """Return a partition of the collection as in this stream's state."""
        return {**self._constants, **partition}

    @cached_property
    def drift(self) -> Drift:
        """The members of its records that its schema lacks."""
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
        """Return the schema of its records before settings remove or add fields."""
        return super().get_json_schema()

    def get_json_schema(self) -> Schema:  # type: ignore[override]  # the CDK caches its own
        """Return the schema of its records."""
        schema = self.excluded.schema(self.full_schema())
        added = {"account_id": {"type": "string"}} if self.adds_account_id else {}
        return {**schema, "properties": {**schema["properties"], **added}}

    @property
    def is_resumable(self) -> bool:
        """Whether a cut refresh can resume: by a cursor, or from parent to parent."""
        return self.cursor_attribute is not None or self.parent is not None

    @cached_property
    def alone(self) -> KlaviyoCollection:
        """The collection with this stream as its only view."""
        return self.collection([self.collection_view(self.name)])

    def first_request(self, partition: Partition) -> PageRequest:
        """Return the request for the first page of `partition`."""
        return PageRequest(
            partition,
            Window(),
            (0,),
            page_size=self.page_size,
            left_out=self.alone.left_out,
        )

    def all_partitions(self) -> Iterator[Partition]:
        """Yield the partitions; with a parent, a partition per parent resource, page by page."""
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

    def probe(self) -> Sequence[Record]:
        """Return the first records, or none; raises StreamFailed if Klaviyo refuses.

        With a parent, the records are the first parent's, if any.
        """
        partition = next(iter(self.all_partitions()), None)
        if partition is None:
            return []
        request = replace(self.first_request(partition), page_size=self.page_size and 1)
        page = patiently(
            self.alone, request, RetryState(_PROBE_RETRIES, _PROBE_DOUBTS, _PROBE_PATIENCE)
        )
        records = [(bytes(piece), rest) for piece, rest in page.extracts[0].records]
        page.release()
        return records
