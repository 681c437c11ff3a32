"""The job of a stream: its mode, and the coverage of its state."""

import logging

from airbyte_cdk.models import (
    ConfiguredAirbyteStream,
    DestinationSyncMode,
    StreamDescriptor,
    SyncMode,
)

from source_klaviyo.config import Config
from source_klaviyo.protocol import BEGINNING
from source_klaviyo.streams.base import KlaviyoStream
from source_klaviyo.sync.deletes import Deletes
from source_klaviyo.sync.foreign_state import OLDEST_EVENT, Reading, load_foreign
from source_klaviyo.sync.jobs import Refresh, StreamJob
from source_klaviyo.sync.state import (
    PARENT_READ,
    LoadedState,
    StreamState,
    is_own,
    load,
    of_refresh,
    unusable,
    without_refresh,
)

logger = logging.getLogger("airbyte")

_DAY = 86_400
_HOUR = 3_600
_LOOKBACK_DAYS = 7


def stream_job(
    readable: KlaviyoStream,
    stream: StreamDescriptor,
    configured: ConfiguredAirbyteStream,
    state: StreamState,
    config: Config,
    began: int,
) -> StreamJob:
    """Return the job of `stream` as `configured` in the catalog.

    `state` is the platform's state of the last sync, maybe of another connector; `began` is the
    start of this sync, in seconds since 1970. Raises ConfigError for a state that cannot be used.
    """
    cursor = readable.cursor_attribute
    job = StreamJob(stream, cursor, began=began, lists_partitions=readable.lists_partitions)
    if config.start_date and readable.bounded_by_start_date:
        job.start = int(config.start_date.timestamp())
    # PyAirbyte asks for every stream incrementally; a stream without a cursor is read whole, as by
    # the CDK.
    if cursor and not readable.full_refresh_only and configured.sync_mode is SyncMode.incremental:
        job.keeps_state = True
        job.lookback = _lookback(readable, config)
        job.loaded = _loaded(readable, job, cursor, state, config)
        # PyAirbyte then asks for overwrite, and merges by the primary key.
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
    """Return the deletes to follow, None for streams without. Raises ConfigError."""
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
    """Let a full refresh resume after a cut attempt of the same job; else it begins anew.

    The platform keeps generation and state of a resumable stream for the next attempt, and the
    destination keeps the rows written. Raises ConfigError for an unreadable state.
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
    """Return the coverage of a stream's state, of this or another connector. Raises ConfigError."""
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
    """Return the seconds before the watermark to read again.

    Also if the destination only appends: SQL can remove a second row there, but nothing can find a
    late event or a late attribution that was never read.
    """
    if not readable.arrives_late:
        return 0
    days = _LOOKBACK_DAYS if config.event_lookback is None else config.event_lookback
    return days * _DAY
