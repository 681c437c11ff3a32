"""The job of a stream: its mode, and the coverage of its state."""

import logging
from functools import partial

from airbyte_cdk.models import (
    ConfiguredAirbyteStream,
    DestinationSyncMode,
    StreamDescriptor,
    SyncMode,
)

from source_klaviyo.config import Config
from source_klaviyo.protocol import BEGINNING
from source_klaviyo.streams.kinds.base import KlaviyoStream
from source_klaviyo.sync.jobs import Refresh, Shape, StreamJob
from source_klaviyo.sync.state.deletes import Deletes
from source_klaviyo.sync.state.foreign import OLDEST_EVENT, Reading, load_foreign
from source_klaviyo.sync.state.loading import load, of_refresh, without_refresh
from source_klaviyo.sync.state.stream_state import (
    PARENT_READ,
    LoadedState,
    StreamState,
    is_own,
    unusable,
)

logger = logging.getLogger("airbyte")

_DAY = 86_400
_HOUR = 3_600
_LOOKBACK_DAYS = 7


def stream_job(
    readable: KlaviyoStream,
    configured: ConfiguredAirbyteStream,
    state: StreamState,
    config: Config,
    began: int,
    shaped: Shape,
) -> StreamJob:
    """Return the job of a stream as `configured` in the catalog.

    `state` is the platform's state of the last sync, maybe of another connector; `began` is the
    start of this sync, in seconds since 1970. Raises ConfigError for a state that cannot be used.
    """
    stream = StreamDescriptor(configured.stream.name, configured.stream.namespace)
    cursor, start = readable.cursor_attribute, BEGINNING
    if config.start_date and readable.bounded_by_start_date:
        start = int(config.start_date.timestamp())
    lists = readable.lists_partitions
    job = partial(
        StreamJob, stream, cursor, began=began, start=start, lists_partitions=lists, shaped=shaped
    )
    # PyAirbyte asks for every stream incrementally; a stream without a cursor is read whole, as by
    # the CDK.
    if cursor and not readable.full_refresh_only and configured.sync_mode is SyncMode.incremental:
        reading = _reading(readable, stream.name, cursor, config, start, began)
        # PyAirbyte asks for overwrite, and merges by the primary key.
        merges = configured.destination_sync_mode is not DestinationSyncMode.append
        return job(
            keeps_state=True,
            lookback=reading.lookback,
            loaded=_loaded(reading, state),
            deletes=_deletes(readable, stream.name, state, config, began) if merges else None,
        )
    generation, sync = configured.generation_id, configured.sync_id
    if not readable.is_resumable or generation is None or sync is None:
        return job()
    # The platform keeps generation and state of a resumable stream for the next attempt, and the
    # destination keeps the rows written.
    since = _resumed_since(stream.name, state, generation, sync)
    if since is None:
        return job(refresh=Refresh(generation, sync, began))
    loaded = load(stream.name, without_refresh(state), cursor or PARENT_READ)
    return job(refresh=Refresh(generation, sync, since), loaded=loaded)


def _deletes(
    readable: KlaviyoStream, name: str, state: StreamState, config: Config, began: int
) -> Deletes | None:
    """Return the deletes to follow, None for streams without. Raises ConfigError."""
    every = config.deletes_every_hours * _HOUR
    if not every or readable.single is None:
        return None
    finds_returns = all(member.finds_returns for member in readable.members)
    try:
        return Deletes.load(name, state, began, every, finds_returns=finds_returns)
    except ValueError as garbage:
        raise unusable(name, garbage) from garbage


def _resumed_since(name: str, state: StreamState, generation: int, sync: int) -> int | None:
    """Return the start of the refresh to resume, None if `state` is of another. Raises ConfigError.

    The time is in seconds since 1970.
    """
    try:
        return of_refresh(state, generation, sync)
    except ValueError as garbage:
        raise unusable(name, garbage) from garbage


def _reading(
    readable: KlaviyoStream, name: str, cursor: str, config: Config, start: int, began: int
) -> Reading:
    """Return the terms in which a state of another connector is understood."""
    origin = OLDEST_EVENT if readable.arrives_late else BEGINNING
    if config.start_date:
        origin = int(config.start_date.timestamp()) + 1
    partitions = [
        member.state_partition(partition)
        for member in readable.members
        for partition in member.partitions
    ]
    lookback = _lookback(readable, config)
    late = readable.arrives_late
    return Reading(name, cursor, partitions, start, origin, began, lookback, clients_word=late)


def _loaded(reading: Reading, state: StreamState) -> LoadedState:
    """Return the coverage of a stream's state, of this or another connector. Raises ConfigError."""
    if is_own(state):
        return load(reading.stream, state, reading.cursor)
    loaded, unknown = load_foreign(state, reading)
    if unknown:
        logger.warning(
            "%s: ignoring unknown keys in the saved state: %s.",
            reading.stream,
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
