"""From a catalog, states and settings to the jobs of a sync."""

import logging
import threading
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import InitVar, dataclass, field, replace
from functools import cache, partial

import msgspec
from airbyte_cdk.models import (
    AirbyteStateMessage,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteStream,
    DestinationSyncMode,
    StreamDescriptor,
    SyncMode,
)

from source_klaviyo.api.client import Client
from source_klaviyo.config import Config
from source_klaviyo.errors import ConfigError, StreamFailed
from source_klaviyo.protocol import BEGINNING, Record
from source_klaviyo.reports.plan import ReportPlan
from source_klaviyo.reports.report_stream import ReportStream
from source_klaviyo.streams.accounts import account_id
from source_klaviyo.streams.base import KlaviyoStream
from source_klaviyo.streams.endpoint import CollectionView
from source_klaviyo.streams.events import OfEvents
from source_klaviyo.streams.excluded import Excluded
from source_klaviyo.streams.metric_names import metric_ids
from source_klaviyo.streams.views.ids import IdsOnly
from source_klaviyo.sync.deletes import Deletes
from source_klaviyo.sync.foreign_state import OLDEST_EVENT, Reading, load_foreign
from source_klaviyo.sync.jobs import (
    CollectionJob,
    LaterPlan,
    Refresh,
    Refusal,
    StreamJob,
    SyncPlan,
    ViewJob,
)
from source_klaviyo.sync.state import (
    PARENT_READ,
    LoadedState,
    StreamState,
    is_own,
    load,
    of_refresh,
    unusable,
    without_blanks,
    without_refresh,
)

logger = logging.getLogger("airbyte")

_DAY = 86_400
_HOUR = 3_600
_LOOKBACK_DAYS = 7


def plan(
    streams: Iterable[KlaviyoStream],
    catalog: ConfiguredAirbyteCatalog,
    states: Sequence[AirbyteStateMessage],
    config: Config,
    client: Client,
    began: int,
) -> SyncPlan:
    """Return what to do for the streams of `catalog`; `began` is the sync's start in seconds.

    A stream that this source does not have, or whose state cannot be used, is refused by itself.
    Raises ConfigError where nothing at all can be done.
    """
    if not catalog.streams:
        raise ConfigError("The catalog selects no stream. Select at least one.")
    names = [configured.stream.name for configured in catalog.streams]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise ConfigError(f"The catalog has streams more than once: {', '.join(repeated)}.")
    planner = _Planner(streams, _states_by_stream(states), config, client, began)
    at_once, events, reports = list[ConfiguredAirbyteStream](), list[ConfiguredAirbyteStream](), []
    for configured in catalog.streams:
        readable = planner.known.get(configured.stream.name)
        if isinstance(readable, ReportStream):
            reports.append(configured)
        elif isinstance(readable, OfEvents) and config.event_metric_ids:
            events.append(configured)
        else:
            at_once.append(configured)
    groups = [events, reports]
    if config.add_account_id:  # a lookup that every stream waits for
        groups, at_once = [at_once, *groups], []
    later = [
        LaterPlan([_descriptor(each) for each in group], partial(planner.plan, group))
        for group in groups
        if group
    ]
    return replace(planner.plan(at_once), later=later)


@dataclass(slots=True)
class _Planner:
    """Plans streams of one sync; those that share a collection have to be planned together."""

    streams: InitVar[Iterable[KlaviyoStream]]
    states: Mapping[str, StreamState]
    config: Config
    client: Client
    began: int
    known: Mapping[str, KlaviyoStream] = field(init=False)
    _account: bytes | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self, streams: Iterable[KlaviyoStream]) -> None:
        self.known = {stream.name: stream for stream in streams}

    def plan(self, catalog: Sequence[ConfiguredAirbyteStream]) -> SyncPlan:
        """Return what to do for these streams; each that cannot be read is refused by itself.

        Raises ConfigError or StreamFailed where the account's id is wanted, and cannot be told.
        """
        account = self._account_member() if catalog else b""
        wanted = self.config.event_metric_ids
        wanted_metrics = cache(lambda: metric_ids(self.client, wanted, "event_metric_ids"))
        reports = ReportPlan(self.client, self.config, self.began)
        grouping = _Grouping(self.client)
        jobs: list[StreamJob] = []
        refusals: list[Refusal] = []
        for configured in catalog:
            stream, state = _descriptor(configured), self.states.get(configured.stream.name, {})
            try:
                readable = _known(stream.name, self.known)
                if isinstance(readable, OfEvents) and wanted:
                    readable.read_only(wanted_metrics())
                if isinstance(readable, ReportStream):
                    job: StreamJob = reports.job(readable, configured, state)
                else:
                    job = _stream_job(readable, stream, configured, state, self.config, self.began)
            except (ConfigError, StreamFailed) as refused:
                refusals.append(Refusal(stream, refused))
                continue
            job.shaped = partial(_shaped, readable.excluded, account)
            jobs.append(job)
            grouping.add(readable, job)
        reports.choose_windows()
        unknown = [job.stream.name for job in jobs if job.deletes and job.deletes.listed_at is None]
        if unknown:
            logger.info(
                "Deletes are followed from now on; what was deleted before is not known: %s.",
                ", ".join(unknown),
            )
        return SyncPlan(jobs, grouping.collections(), refusals)

    def _account_member(self) -> bytes:
        """Return the brace and the member that records begin with; nothing if that is not wanted.

        The groups of streams are planned in threads of their own.
        """
        if not self.config.add_account_id:
            return b""
        with self._lock:
            if self._account is None:
                name = msgspec.json.encode(account_id(self.client))
                self._account = b'{"account_id":%b,' % name
            return self._account


def _shaped(excluded: Excluded, account: bytes, records: Sequence[Record]) -> Sequence[Record]:
    """Return records without what is left out, and with the account's id if that is wanted."""
    left = excluded.cut(records)
    return [(account + piece[1:], rest) for piece, rest in left] if account else left


def _descriptor(configured: ConfiguredAirbyteStream) -> StreamDescriptor:
    return StreamDescriptor(configured.stream.name, configured.stream.namespace)


def _known(name: str, streams: Mapping[str, KlaviyoStream]) -> KlaviyoStream:
    if name in streams:
        return streams[name]
    raise ConfigError(
        f"There is no stream {name} in this source. Refresh the source's schema, or remove the"
        " stream from the connection."
    )


def _stream_job(
    readable: KlaviyoStream,
    stream: StreamDescriptor,
    configured: ConfiguredAirbyteStream,
    state: StreamState,
    config: Config,
    began: int,
) -> StreamJob:
    cursor = readable.cursor_attribute
    job = StreamJob(stream, cursor, began=began, lists_partitions=readable.lists_partitions)
    if config.start_date and readable.bounded_by_start_date:
        job.start = int(config.start_date.timestamp())
    # PyAirbyte asks for every stream incrementally; one without a cursor is read whole, as the CDK
    # does.
    if cursor and not readable.full_refresh_only and configured.sync_mode is SyncMode.incremental:
        job.keeps_state = True
        job.lookback = _lookback(readable, config)
        job.loaded = _loaded(readable, job, cursor, state, config)
        # PyAirbyte asks for overwrite with that, and merges by the primary key.
        if configured.destination_sync_mode is not DestinationSyncMode.append:
            job.deletes = _deletes(readable, job, state, config)
    elif (
        readable.is_resumable
        and configured.generation_id is not None
        and configured.sync_id is not None
    ):
        _resume(job, cursor or PARENT_READ, state, configured.generation_id, configured.sync_id)
    return job


def _deletes(
    readable: KlaviyoStream, job: StreamJob, state: StreamState, config: Config
) -> Deletes | None:
    """Return what follows the deletes of a stream, None where nothing does. Raises ConfigError."""
    every = config.deletes_every_hours * _HOUR
    if not every or readable.single is None:
        return None
    try:
        deletes = Deletes.load(job.stream.name, state, job.began, every)
    except ValueError as garbage:
        raise unusable(job.stream.name, garbage) from garbage
    deletes.finds_returns = all(member.finds_returns for member in readable.members)
    return deletes


def _resume(
    job: StreamJob, cursor: str, state: StreamState, generation_id: int, sync_id: int
) -> None:
    """Let a full refresh go on where an attempt of the same job was cut; else it begins anew.

    The platform keeps generation and state of a resumable stream for the next attempt, and the
    destination the rows that it has got. Raises ConfigError for a state that is garbage.
    """
    try:
        since = of_refresh(state, generation_id, sync_id)
    except ValueError as garbage:
        raise unusable(job.stream.name, garbage) from garbage
    if since is not None:
        job.loaded = load(job.stream.name, without_refresh(state), cursor)
    job.refresh = Refresh(generation_id, sync_id, job.began if since is None else since)


def _loaded(
    readable: KlaviyoStream, job: StreamJob, cursor: str, state: StreamState, config: Config
) -> LoadedState:
    """Return what a stream's state covers, whoever wrote it. Raises ConfigError."""
    stream = job.stream.name
    if is_own(state):
        return load(stream, state, cursor)
    origin = OLDEST_EVENT if readable.arrives_late else BEGINNING
    if config.start_date:
        origin = int(config.start_date.timestamp()) + 1
    partitions = [
        member.state_partition(partition)
        for member in readable.members
        for partition in member.partitions
    ]
    reading = Reading(
        stream,
        cursor,
        partitions,
        job.start,
        origin,
        job.began,
        job.lookback,
        clients_word=readable.arrives_late,
    )
    loaded, unknown = load_foreign(state, reading)
    if unknown:
        logger.warning(
            "%s: ignoring unknown keys in the saved state: %s.",
            stream,
            ", ".join(unknown),
        )
    return loaded


def _lookback(readable: KlaviyoStream, config: Config) -> int:
    """Return the seconds before the watermark that are read again.

    Where the destination only appends as well: a second row can be removed there, a late event or a
    late attribution that was never read cannot be found.
    """
    if not readable.arrives_late:
        return 0
    days = _LOOKBACK_DAYS if config.event_lookback is None else config.event_lookback
    return days * _DAY


@dataclass(slots=True)
class _Group:
    """The views of one collection, and the stream that declares it.

    `listings` list parents, by the key under which they tell the ids.
    """

    declared: KlaviyoStream
    views: list[CollectionView] = field(default_factory=list)
    jobs: list[ViewJob] = field(default_factory=list)
    listings: dict[tuple[type[KlaviyoStream], str], ViewJob] = field(default_factory=dict)

    def listing(self, parent: KlaviyoStream, key: str) -> ViewJob:
        """Return the view that lists the ids of `parent` under `key`, the same for all children."""
        identity = type(parent), key
        if identity not in self.listings:
            self.listings[identity] = ViewJob()
            self.jobs.append(self.listings[identity])
            self.views.append(CollectionView(parent.parents_view(key)))
        return self.listings[identity]


class _Grouping:
    """Groups streams by the collection that they are views of."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._groups: dict[Hashable, _Group] = {}
        self._children: list[tuple[ViewJob, Hashable]] = []
        self._checks: list[CollectionJob] = []

    def add(self, stream: KlaviyoStream, job: StreamJob) -> None:
        """Add a stream's views, what lists its parents, and what looks for its deletes."""
        views = []
        for member in stream.members:
            group = self._group(member)
            group.views.append(member.collection_view(stream.name, stream.drift))
            views.append(ViewJob(job, member.state_partition({})))
            group.jobs.append(views[-1])
        if job.deletes and job.deletes.is_due():
            asks = ViewJob(job, confirms=True)
            checks = CollectionJob(stream.delete_checks(), [asks], job.deletes.candidates)
            for view in views:
                view.children.append(checks)
            self._list_ids(stream, job.deletes, checks)

    def _list_ids(self, stream: KlaviyoStream, deletes: Deletes, checks: CollectionJob) -> None:
        """Add listings of a stream's ids; `checks` begin when they have ended."""
        self._checks.append(checks)
        for member in stream.members:
            group = self._group(member, of_ids=True)
            group.views.append(CollectionView(IdsOnly(member.listing_view(stream.name))))
            constants = member.state_partition({})
            group.jobs.append(ViewJob(None, constants, [checks], lists=deletes))

    def collections(self) -> list[CollectionJob]:
        """Return a job for each collection, with the listings of parents linked to its children."""
        jobs = {
            key: CollectionJob(group.declared.collection(group.views), group.jobs)
            for key, group in self._groups.items()
        }
        for listing, child in self._children:
            listing.children.append(jobs[child])
        return [*jobs.values(), *self._checks]

    def _group(self, stream: KlaviyoStream, *, of_ids: bool = False) -> _Group:
        """Return the group of the stream's collection, or that of a listing of its ids apart."""
        key = stream.collection_key, of_ids
        if key in self._groups:
            if stream.cursor_attribute:  # one view may read by a cursor what another reads whole
                self._groups[key].declared = stream
        else:
            self._groups[key] = _Group(stream)
            if stream.parent:
                parent = stream.parent(self._client)
                listing = self._group(parent).listing(parent, stream.parent_key)
                self._children.append((listing, key))
        return self._groups[key]


def _states_by_stream(states: Sequence[AirbyteStateMessage]) -> dict[str, StreamState]:
    by_stream: dict[str, StreamState] = {}
    for state in states:
        if state.stream is None:
            raise ConfigError("The state is not one state per stream; reset the connection.")
        blob = state.stream.stream_state
        name = state.stream.stream_descriptor.name
        by_stream[name] = without_blanks(name, vars(blob)) if blob else {}
    return by_stream
