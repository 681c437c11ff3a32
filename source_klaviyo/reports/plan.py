"""Jobs of reports from a catalog, states and settings; several reports share a day's quota."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace

from airbyte_cdk.models import ConfiguredAirbyteStream, StreamDescriptor, SyncMode

from source_klaviyo.api.client import Client
from source_klaviyo.api.partition import Partition, partition_key
from source_klaviyo.config import Config
from source_klaviyo.reports.days import DAY
from source_klaviyo.reports.job import ReportJob
from source_klaviyo.reports.memory import ReportMemory
from source_klaviyo.reports.report_stream import REPORTS_A_DAY, ReportStream
from source_klaviyo.reports.schedule import UNKNOWN_INTERVAL, Pool
from source_klaviyo.reports.state import Settling
from source_klaviyo.reports.track import Due
from source_klaviyo.sync.jobs import Shape
from source_klaviyo.sync.state.foreign import Reading, load_foreign
from source_klaviyo.sync.state.stream_state import StreamState, is_own, unusable

logger = logging.getLogger("airbyte")


class ReportPlan:
    """The reports of a sync that starts at the second `began`."""

    def __init__(self, client: Client, config: Config, began: int) -> None:
        """Start with no report."""
        self._client = client
        self._config = config
        self._began = began
        self._jobs: list[tuple[ReportStream, ReportJob]] = []

    def job(
        self,
        readable: ReportStream,
        configured: ConfiguredAirbyteStream,
        state: StreamState,
        shaped: Shape,
    ) -> ReportJob:
        """Return the job of a report. Raises ConfigError or StreamFailed."""
        stream = StreamDescriptor(configured.stream.name, configured.stream.namespace)
        keeps_state = configured.sync_mode is SyncMode.incremental
        account = readable.account
        memory = self._memory(readable, stream.name, state if keeps_state else {})
        settling = Settling(account.timezone, readable.period, self._config.settling_days * DAY)
        readable.find_partitions()
        if candidates := readable.candidates:
            readable.partitions = _first_not_refused(readable.metric_key or "", candidates, memory)
            if not readable.partitions:
                logger.warning(
                    "%s: Klaviyo has refused every metric of the account. Name one in"
                    " `conversion_metrics`.",
                    stream.name,
                )
        readable.shares_its_day = memory.shares_its_day
        job = ReportJob(
            stream,
            readable.cursor_attribute,
            keeps_state=keeps_state,
            start=readable.first_day,
            began=self._began,
            shaped=shaped,
            states_at_once=readable.limit.daily is not None,
            memory=memory,
            settling=settling,
            partitions=readable.partitions,
            shares_its_day=lambda: readable.quota.shares_its_day,
        )
        readable.count = job.count
        self._jobs.append((readable, job))
        return job

    def choose_windows(self) -> None:
        """Choose the windows to read in this sync, for all reports together."""
        stateful = [(stream, job) for stream, job in self._jobs if job.keeps_state]
        for stream, job in self._jobs:
            if not job.keeps_state:
                whole = [Due(window, refreshing=False) for window in stream.windows(self._began)]
                job.due = {partition_key(each): whole for each in job.partitions}
        shared = [
            job for stream, job in stateful if stream.limit.daily and job.memory.shares_its_day
        ]
        self._choose(shared, REPORTS_A_DAY.daily)
        for stream, job in stateful:
            if job not in shared:
                self._choose([job], stream.limit.daily)
            stream.quota.spent_before(job.memory.calls.ages(self._began))

    def _choose(self, jobs: Sequence[ReportJob], daily: int | None) -> None:
        """Choose the windows of reports that share a quota of `daily` calls."""
        limit = None if daily is None else max(1, int(daily * self._config.quota_share))
        tracks = [track for job in jobs for track in job.tracks()]
        owners = [(job, partition) for job in jobs for partition in job.partitions]
        plan = Pool(limit, [job.memory.calls for job in jobs], tracks, self._interval(jobs)).plan(
            self._began
        )
        for (job, partition), due in zip(owners, plan.windows, strict=True):
            job.due[partition_key(partition)] = due
        if plan.left:
            logger.info(
                "%s: %d windows of the past are left to later syncs: Klaviyo grants %s calls a"
                " day.",
                _names(jobs),
                plan.left,
                limit,
            )

    def _interval(self, jobs: Sequence[ReportJob]) -> float:
        """Return the seconds between two syncs, from the start of the last sync."""
        known = [job.memory.synced_at for job in jobs if job.memory.synced_at is not None]
        return max(1.0, self._began - max(known)) if known else UNKNOWN_INTERVAL

    def _memory(self, readable: ReportStream, name: str, state: StreamState) -> ReportMemory:
        """Return the contents of a stream's state. Raises ConfigError for an unreadable state."""
        zone = readable.timezone.zone.key
        dimensions = list(readable.grouped_by) if readable.splits_on_request else []
        fresh = ReportMemory(zone, dimensions)
        if not is_own(state):
            load_foreign(state, Reading(name, readable.cursor_attribute, ()))  # raises for garbage
            logger.warning(
                "%s: the saved state comes from another connector. Reading everything again.",
                name,
            )
            return fresh
        try:
            memory = ReportMemory.load(state, self._began)
        except ValueError as garbage:
            raise unusable(name, garbage) from garbage
        if not memory.states:
            return replace(fresh, calls=memory.calls)
        if (memory.timezone, list(memory.dimensions)) == (zone, dimensions):
            return memory
        logger.warning(
            "%s: the account's timezone or `metric_aggregates_by` has changed since the last sync."
            " Reading everything again.",
            name,
        )
        return replace(fresh, calls=memory.calls, shares_its_day=memory.shares_its_day)


def _first_not_refused(
    key: str, metrics: Iterable[str], memory: ReportMemory
) -> Sequence[Partition]:
    """Return a partition for the first metric that Klaviyo has not refused so far."""
    partitions = ({key: metric} for metric in metrics)
    return [each for each in partitions if memory.of(each).refused_at is None][:1]


def _names(jobs: Iterable[ReportJob]) -> str:
    return ", ".join(job.stream.name for job in jobs)
