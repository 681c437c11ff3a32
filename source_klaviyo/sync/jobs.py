"""Jobs of a sync: streams to write, and collections to read for them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from airbyte_cdk.models import StreamDescriptor
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_klaviyo.api.partition import Partition, partition_key
from source_klaviyo.protocol import BEGINNING, Collection, Record, Window
from source_klaviyo.sync.state.checkpoint import Checkpoint, CursorCheckpoint, WholeCheckpoint
from source_klaviyo.sync.state.deletes import Deletes
from source_klaviyo.sync.state.stream_state import (
    DELETES,
    PARENT_READ,
    REFRESH,
    WHOLE,
    LoadedState,
    StreamState,
    dump,
    written,
)


@dataclass(frozen=True, slots=True)
class Refresh:
    """The full refresh of a state, by the ids in the platform's catalog.

    A refresh that was cut goes on in the next attempt of the same job; the next job begins anew.
    `since` is the start of the first attempt, in seconds since 1970.
    """

    generation_id: int
    sync_id: int
    since: int

    def to_json(self) -> StreamState:
        """Return the refresh as JSON for state."""
        return {
            "generation_id": self.generation_id,
            "sync_id": self.sync_id,
            "since": written(self.since),
        }


Shape = Callable[[Sequence[Record]], Sequence[Record]]
"""Records as written, made of records as read: without excluded fields, with the account's id."""


def _as_they_are(records: Sequence[Record]) -> Sequence[Record]:
    return records


@dataclass(slots=True, eq=False)
class StreamJob:
    """A stream to write.

    `cursor` is the name of its cursor, None without. With `keeps_state` the next sync goes on from
    this sync's end; a `refresh` only goes on after a cut. `loaded` is the state of the last sync,
    or attempt; `start` the earliest cursor value to read at all, `lookback` the seconds before the
    watermark to read again, and `began` this sync's start, all in seconds. With `lists_partitions`,
    state names every partition, because they are not known beforehand. With `states_at_once`, a
    state follows each complete window: reading again would cost too much. `deletes` follows the
    deletes of the stream, if any, and `shaped` turns records into their written form.
    """

    stream: StreamDescriptor
    cursor: str | None = None
    keeps_state: bool = False
    refresh: Refresh | None = None
    loaded: LoadedState = field(default_factory=LoadedState)
    start: int = BEGINNING
    lookback: int = 0
    began: int = 0
    lists_partitions: bool = False
    states_at_once: bool = False
    deletes: Deletes | None = None
    shaped: Shape = _as_they_are
    _checkpoints: dict[str, tuple[Partition, CursorCheckpoint | WholeCheckpoint]] = field(
        default_factory=dict
    )

    @property
    def writes_progress(self) -> bool:
        """Whether its states have the progress of reading."""
        return self.keeps_state or self.refresh is not None

    def checkpoint(self, partition: Partition) -> Checkpoint:
        """Return the checkpoint of `partition`; from the first call on, state has the partition."""
        key = partition_key(partition)
        if key not in self._checkpoints:
            state = self.loaded.of(partition)
            made: CursorCheckpoint | WholeCheckpoint = WholeCheckpoint(state, self.began)
            if self.cursor:
                made = CursorCheckpoint(state, self.start, self.lookback, self.began)
            self._checkpoints[key] = partition, made
        return self._checkpoints[key][1]

    def state(self, horizon: int, *, complete: bool) -> StreamState:
        """Return the state from the checkpoints; it never passes the horizon.

        Until the stream is `complete`, partitions that have not turned up yet keep their state.
        """
        if not self.writes_progress:
            return WHOLE
        current = [
            (partition, checkpoint.current(horizon))
            for partition, checkpoint in tuple(self._checkpoints.values())
        ]
        kept = []
        if self.lists_partitions and not complete:
            kept = self.loaded.without(partition for partition, _ in current)
        found = dump(
            [*current, *kept], self.cursor or PARENT_READ, always_listed=self.lists_partitions
        )
        if self.deletes:
            found = {**found, DELETES: self.deletes.to_json(horizon)}
        return {**found, REFRESH: self.refresh.to_json()} if self.refresh else found

    def reopen(self, partition: Partition, cursor: int | None) -> None:
        """Let the next sync read the rows of `partition` with this cursor value, or without any."""
        checkpoint = self.checkpoint(partition)
        if cursor is None:
            checkpoint.reopen_without_cursor()
        else:
            checkpoint.reopen(Window(max(0, cursor), max(0, cursor) + 1))


@dataclass(slots=True, eq=False)
class ViewJob:
    """A view to read a collection for: a stream's, or a listing of parents for `children`.

    `constants` are added to a partition of the collection in the stream's state. `lists` takes the
    ids of a listing; `confirms` marks the view of checks for missing ids: its failure costs no row.
    """

    stream: StreamJob | None = None
    constants: Partition = field(default_factory=dict)
    children: list["CollectionJob"] = field(default_factory=list)
    lists: Deletes | None = None
    confirms: bool = False

    @property
    def keeps_state(self) -> bool:
        """Whether the next sync goes on from this sync's end."""
        return self.stream is not None and self.stream.keeps_state


@dataclass(slots=True, eq=False)
class CollectionJob:
    """A collection to read, once for all of its `views`.

    `last_partitions` returns partitions that are known only after the end of all listings of
    parents.
    """

    collection: Collection
    views: list[ViewJob]
    last_partitions: Callable[[], Sequence[Partition]] | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A stream that cannot be read, and the reason."""

    stream: StreamDescriptor
    failure: AirbyteTracedException


@dataclass(frozen=True, slots=True)
class SyncPlan:
    """The jobs of a sync. `later` are streams that need a lookup first."""

    streams: Sequence[StreamJob]
    collections: Sequence[CollectionJob]
    refusals: Sequence[Refusal] = ()
    later: Sequence["LaterPlan"] = ()


@dataclass(frozen=True, slots=True)
class LaterPlan:
    """Streams whose jobs are not known when a sync starts.

    `prepare` looks up in Klaviyo what the jobs depend on (ids of metrics, the timezone), in a
    thread of its own: a slow lookup delays no other stream. Raises AirbyteTracedException.
    """

    streams: Sequence[StreamDescriptor]
    prepare: Callable[[], SyncPlan]
