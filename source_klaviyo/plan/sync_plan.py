"""The jobs of a sync: streams to write, collections to read for them, and streams that wait."""

import logging
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import InitVar, dataclass, field, replace
from functools import cache, partial

import msgspec
from airbyte_cdk.models import (
    AirbyteStateMessage,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteStream,
    StreamDescriptor,
)

from source_klaviyo.api.client import Client
from source_klaviyo.config import Config
from source_klaviyo.errors import ConfigError, StreamFailed
from source_klaviyo.plan.grouping import Grouping
from source_klaviyo.plan.stream_job import stream_job
from source_klaviyo.protocol import Record
from source_klaviyo.reports.plan import ReportPlan
from source_klaviyo.reports.report_stream import ReportStream
from source_klaviyo.streams.accounts import account_id
from source_klaviyo.streams.events import OfEvents
from source_klaviyo.streams.kinds.base import KlaviyoStream
from source_klaviyo.streams.metric_names import metric_ids
from source_klaviyo.streams.records.excluded import Excluded
from source_klaviyo.sync.jobs import LaterPlan, Refusal, StreamJob, SyncPlan
from source_klaviyo.sync.state.loading import without_blanks
from source_klaviyo.sync.state.stream_state import StreamState

logger = logging.getLogger("airbyte")


def plan(
    streams: Iterable[KlaviyoStream],
    catalog: ConfiguredAirbyteCatalog,
    states: Sequence[AirbyteStateMessage],
    config: Config,
    client: Client,
    began: int,
) -> SyncPlan:
    """Return the plan for the streams of `catalog`; `began` is the sync's start in seconds.

    An unknown stream, or a stream with an unusable state, is refused by itself. Raises ConfigError
    if the catalog or the states are unusable as a whole.
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
    if config.add_account_id:  # every stream waits for this lookup
        groups, at_once = [at_once, *groups], []
    later = [
        LaterPlan([_descriptor(each) for each in group], partial(planner.plan, group))
        for group in groups
        if group
    ]
    return replace(planner.plan(at_once), later=later)


@dataclass(slots=True)
class _Planner:
    """The planner of a sync; streams of the same collection have to be planned together."""

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
        """Return the plan for these streams; each stream that cannot be read is refused by itself.

        Raises ConfigError or StreamFailed if the account's id is wanted and cannot be read.
        """
        account = self._account_member() if catalog else b""
        wanted = self.config.event_metric_ids
        wanted_metrics = cache(lambda: metric_ids(self.client, wanted, "event_metric_ids"))
        reports = ReportPlan(self.client, self.config, self.began)
        grouping = Grouping(self.client)
        jobs: list[StreamJob] = []
        refusals: list[Refusal] = []
        for configured in catalog:
            stream, state = _descriptor(configured), self.states.get(configured.stream.name, {})
            try:
                readable = _known(stream.name, self.known)
                if isinstance(readable, OfEvents) and wanted:
                    readable.read_only(wanted_metrics())
                shaped = partial(_shaped, readable.excluded, account)
                if isinstance(readable, ReportStream):
                    job: StreamJob = reports.job(readable, configured, state, shaped)
                else:
                    job = stream_job(readable, configured, state, self.config, self.began, shaped)
            except (ConfigError, StreamFailed) as refused:
                refusals.append(Refusal(stream, refused))
                continue
            jobs.append(job)
            grouping.add(readable, job)
        reports.choose_windows()
        unknown = [job.stream.name for job in jobs if job.deletes and job.deletes.listed_at is None]
        if unknown:
            logger.info(
                "Deletes are followed from now on; earlier deletes are unknown: %s.",
                ", ".join(unknown),
            )
        return SyncPlan(jobs, grouping.collections(), refusals)

    def _account_member(self) -> bytes:
        """Return the brace and the first member of records with the account's id; b"" without.

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
    """Return records without excluded fields, and with the account's id if wanted."""
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


def _states_by_stream(states: Sequence[AirbyteStateMessage]) -> dict[str, StreamState]:
    by_stream: dict[str, StreamState] = {}
    for state in states:
        if state.stream is None:
            raise ConfigError(
                "The state is not one state per stream; clear the data of the connection."
            )
        blob = state.stream.stream_state
        name = state.stream.stream_descriptor.name
        by_stream[name] = without_blanks(name, vars(blob)) if blob else {}
    return by_stream
