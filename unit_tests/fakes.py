"""A collection and a quota made for tests of the sync engine."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from airbyte_cdk.models import StreamDescriptor

from source_klaviyo.api.partition import Partition
from source_klaviyo.errors import StreamFailed
from source_klaviyo.protocol import Extract, ItemRequest, Page, PageRequest, Record
from source_klaviyo.sync.jobs import CollectionJob, StreamJob, SyncPlan, ViewJob

BEGAN = 1_000
"""When the syncs of these tests start, in seconds since 1970."""
HORIZON = BEGAN - 5


@dataclass(eq=False)
class OpensLater:
    """A quota that grants nothing before `opens_at`."""

    opens_at: float = 0.0
    per_minute: int = 60
    name: str = ""
    asked: list[str] = field(default_factory=list)

    def reserve(self) -> float:
        self.asked.append(self.name)
        return max(0.0, self.opens_at - time.monotonic())


def record(text: object) -> Record:
    """Return a record with that id."""
    return memoryview(b'{"id":"%b"' % str(text).encode()), b"}"


@dataclass(eq=False)
class TwoPages:
    """A collection of two pages of a record each; `fault` is what the second meets."""

    name: str = "things"
    quota: OpensLater = field(default_factory=OpensLater)
    fault: Exception | None = None
    has_cursor: bool = True
    bounded_above: bool = True
    ordered: bool = True
    newest_first: bool = False
    sortable: bool = True
    deferrable: bool = False
    page_size: int | None = None
    partitions: Sequence[Partition] = ({},)
    left_out: frozenset[str] = frozenset()

    def item_quota(self, view: int) -> OpensLater:
        del view
        return self.quota

    def fetch(self, request: PageRequest) -> Page:
        if self.fault and request.token:
            raise self.fault
        row = request.token or "first"
        extracts = [Extract([record(row)]) for _ in request.views]
        cursors = [100] if self.has_cursor else []
        return Page([row], cursors, extracts, None if request.token else "second")

    def items_like(self, view: int) -> int:
        del view
        return 0

    def fetch_item(self, items: Mapping[int, ItemRequest]) -> Page:
        extracts = [Extract([record(item.id)]) for item in items.values()]
        return Page([item.id for item in items.values()][:1], [], extracts)

    def optional_parts(self, request: PageRequest) -> frozenset[str]:
        del request
        return frozenset()

    def refused_parts(self, request: PageRequest, failure: StreamFailed) -> frozenset[str] | None:
        del request, failure
        return None

    def served_without(self, parts: frozenset[str], *, is_row: bool) -> None:
        del parts, is_row


def stream_job(name: str = "things", cursor: str | None = "updated") -> StreamJob:
    """Return a stream's first sync."""
    keeps_state = cursor is not None
    return StreamJob(StreamDescriptor(name), cursor, keeps_state=keeps_state, began=BEGAN)


def collection_job(collection: TwoPages, *streams: StreamJob) -> CollectionJob:
    """Return the reading of `collection` for `streams`, each a view of it."""
    cursor = "updated" if collection.has_cursor else None
    jobs = streams or (stream_job(collection.name, cursor),)
    return CollectionJob(collection, [ViewJob(job) for job in jobs])


def sync_plan(*jobs: CollectionJob) -> SyncPlan:
    """Return the plan of a sync that reads for `jobs`."""
    streams = dict.fromkeys(view.stream for job in jobs for view in job.views if view.stream)
    return SyncPlan(list(streams), jobs)
