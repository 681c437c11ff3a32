"""From a catalog, states and settings to the jobs of a sync."""

from collections.abc import Iterable, Sequence

from airbyte_cdk.models import (
    AirbyteStateMessage,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteStream,
    DestinationSyncMode,
    StreamDescriptor,
    SyncMode,
)

from source_klaviyo.config import Config
from source_klaviyo.errors import ConfigError
from source_klaviyo.protocol import BEGINNING, Partition
from source_klaviyo.streams.base import KlaviyoStream
from source_klaviyo.sync.engine import Job, Refusal
from source_klaviyo.sync.ledger import Ledger
from source_klaviyo.sync.parts import Parts
from source_klaviyo.sync.state import LoadedState, StreamState, load

_DAY = 86_400
_DEDUP_LOOKBACK_DAYS = 7


def plan(
    streams: Iterable[KlaviyoStream],
    catalog: ConfiguredAirbyteCatalog,
    states: Sequence[AirbyteStateMessage],
    config: Config,
    began: int,
) -> list[Job | Refusal]:
    """Return what to do for each stream of `catalog`; `began` is the sync's start in seconds.

    A stream that this source does not have, or whose state cannot be used, is refused by itself.
    Raises ConfigError where nothing at all can be done.
    """
    if not catalog.streams:
        raise ConfigError("The catalog selects no stream. Select at least one.")
    names = [configured.stream.name for configured in catalog.streams]
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise ConfigError(f"The catalog has streams more than once: {', '.join(repeated)}.")
    by_stream = _states_by_stream(states)
    known = {stream.name: stream for stream in streams}
    jobs: list[Job | Refusal] = []
    for configured in catalog.streams:
        stream = StreamDescriptor(configured.stream.name, configured.stream.namespace)
        state = by_stream.get(stream.name, {})
        try:
            jobs.append(_job(known.get(stream.name), stream, configured, state, config, began))
        except ConfigError as refused:
            jobs.append(Refusal(stream, refused))
    return jobs


def _job(
    readable: KlaviyoStream | None,
    stream: StreamDescriptor,
    configured: ConfiguredAirbyteStream,
    state: StreamState,
    config: Config,
    began: int,
) -> Job:
    if readable is None:
        raise ConfigError(
            f"There is no stream {stream.name} in this source. Refresh the source's schema, or"
            " remove the stream from the connection."
        )
    incremental = configured.sync_mode is SyncMode.incremental
    cursor = readable.cursor_attribute or ""
    if incremental and not cursor:
        raise ConfigError(f"The stream {stream.name} has no cursor; set it to full refresh.")
    loaded = load(stream.name, state, cursor) if incremental else LoadedState()
    start = BEGINNING
    if config.start_date and readable.bounded_by_start_date:
        start = int(config.start_date.timestamp())
    lookback = _lookback(readable, configured, config)

    def begin(partition: Partition) -> Ledger:
        return Ledger(loaded.of(partition), start, lookback, began)

    return Job(stream, Parts(readable, loaded, begin, keeps_state=incremental))


def _lookback(readable: KlaviyoStream, configured: ConfiguredAirbyteStream, config: Config) -> int:
    """Return the seconds before the watermark that are read again."""
    if not readable.arrives_late:
        return 0
    if config.lookback_days is not None:
        return config.lookback_days * _DAY
    # Where the destination only appends, a second read would be a second row.
    removes_duplicates = configured.destination_sync_mode is DestinationSyncMode.append_dedup
    return _DEDUP_LOOKBACK_DAYS * _DAY if removes_duplicates else 0


def _states_by_stream(states: Sequence[AirbyteStateMessage]) -> dict[str, StreamState]:
    by_stream: dict[str, StreamState] = {}
    for state in states:
        if state.stream is None:
            raise ConfigError("The state is not one state per stream; reset the connection.")
        blob = state.stream.stream_state
        by_stream[state.stream.stream_descriptor.name] = vars(blob) if blob else {}
    return by_stream
