"""A report's part in a sync: its partitions, which windows of each are read, and its state."""

import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from source_klaviyo.api.document import second
from source_klaviyo.partition import Partition, Scalar, partition_key
from source_klaviyo.protocol import Window
from source_klaviyo.reports.calls import Calls
from source_klaviyo.reports.schedule import Due, Track
from source_klaviyo.reports.state import ReportState, Settling
from source_klaviyo.sync.checkpoint import Checkpoint
from source_klaviyo.sync.jobs import StreamJob
from source_klaviyo.sync.ranges import merge
from source_klaviyo.sync.state import Json, StreamState, is_list, written

logger = logging.getLogger("airbyte")

_VERSION = "version"
_OWN = "own"


@dataclass(slots=True, eq=False)
class ReportMemory:
    """What the state of a report has to say besides its partitions.

    `timezone` and `dimensions` are what its rows were made with. `shares_its_day` tells whether its
    quota of a day is still thought to be shared with other reports; `pages` is how many calls a
    window takes. `synced_at` is when the last sync began, in seconds since 1970.
    """

    timezone: str
    dimensions: Sequence[str] = ()
    states: dict[str, tuple[Partition, ReportState]] = field(default_factory=dict)
    calls: Calls = field(default_factory=Calls)
    shares_its_day: bool = True
    pages: int = 1
    synced_at: int | None = None

    def of(self, partition: Partition) -> ReportState:
        """Return what is known of a partition."""
        return self.states.get(partition_key(partition), (partition, ReportState()))[1]

    def dump(
        self, states: Iterable[tuple[Partition, ReportState]], pages: int, began: int
    ) -> StreamState:
        """Return the state as JSON, in a sync that began then.

        What is not among `states` is as it was.
        """
        all_states = dict(self.states)
        all_states |= {partition_key(each): (each, state) for each, state in states}
        grouped: dict[tuple[tuple[str, ...], ReportState], list[Partition]] = {}
        for partition, state in all_states.values():
            grouped.setdefault((tuple(partition), state), []).append(partition)
        data: dict[str, Json] = {
            "states": [
                {"partition": _united(partitions), "cursor": state.dump()}
                for (_, state), partitions in grouped.items()
            ],
            "timezone": self.timezone,
        }
        if self.dimensions:
            data["by"] = list(self.dimensions)
        data["synced"] = written(began)
        if calls := self.calls.dump(began):
            data["calls"] = calls
        if not self.shares_its_day:
            data["quota"] = _OWN
        if pages > 1:
            data["pages"] = pages
        return {**data, _VERSION: 1}

    @classmethod
    def load(cls, data: StreamState, now: int) -> "ReportMemory":
        """Return what a state says, nothing of it from the future.

        Raises ValueError for anything that `dump` does not write.
        """
        entries, pages, by = data.get("states", ()), data.get("pages", 1), data.get("by", ())
        if not is_list(entries) or not is_list(by) or not isinstance(pages, int) or pages < 1:
            raise ValueError("`states` or `by` is not a list, or `pages` not a number")
        synced = data.get("synced")
        loaded = [each for entry in entries for each in _entries(entry, now)]
        calls = Calls.load(data.get("calls", {}))
        calls.forget_after(now)
        return cls(
            str(data.get("timezone", "")),
            [str(each) for each in by],
            {partition_key(partition): (partition, state) for partition, state in loaded},
            calls,
            shares_its_day=data.get("quota") != _OWN,
            pages=pages,
            synced_at=None if synced is None else min(now, second(str(synced))),
        )


@dataclass(slots=True, eq=False)
class ReportCheckpoint:
    """Keeps which of the `due` windows of one partition have been written; see Checkpoint."""

    due: Sequence[Due]
    state: ReportState
    settling: Settling
    low: int
    rows_without_cursor: bool = False
    reads_all: bool = False
    written: int = 0
    _completed: list[Window] = field(default_factory=list)
    _refused: bool = False

    def missing(self) -> list[Window]:
        """Return the windows that are to be read, one call each if its answer has one page."""
        return [each.window for each in self.due]

    def complete(self, window: Window) -> None:
        """Note that every record of `window` has been written."""
        self._completed = merge([*self._completed, window])
        self.written += 1

    def reopen(self, window: Window) -> None:
        """Not used: a window is complete with its last page, whatever the order of its rows."""
        raise NotImplementedError(window)

    def refuse(self) -> None:
        """Note that Klaviyo does not answer for the partition."""
        self._refused = True

    def current(self, at: int) -> ReportState:
        """Return the state to keep now; all that was read counts as read at the second `at`."""
        state = self.state
        for window in self._completed:
            state = state.read(window, at, self.settling)
        return state.refused(at) if self._refused else state


@dataclass(slots=True, eq=False)
class ReportJob(StreamJob):
    """A report to write.

    `due` are the windows of its partitions, chosen once all are known. `shares_its_day` tells
    whether its quota of a day is still thought to be shared.
    """

    memory: ReportMemory = field(kw_only=True)
    settling: Settling = field(kw_only=True)
    partitions: Sequence[Partition] = field(default=(), kw_only=True)
    due: dict[str, Sequence[Due]] = field(default_factory=dict, kw_only=True)
    shares_its_day: Callable[[], bool] = field(default=lambda: True, kw_only=True)
    _sent: int = 0
    _made: list[tuple[Partition, ReportCheckpoint]] = field(default_factory=list)

    def tracks(self) -> list[Track]:
        """Return its partitions, for the schedule."""
        return [
            Track(self.memory.of(each), self.settling, self.start, self.memory.pages)
            for each in self.partitions
        ]

    def count(self, partition: Partition, window: Window, calls: int) -> None:
        """Count calls for a window; a negative number takes them back."""
        due = self.due.get(partition_key(partition), ())
        refreshing = any(each.refreshing for each in due if each.window == window)
        self.memory.calls.count(time.time(), refreshing=refreshing, calls=calls)
        self._sent += calls

    def checkpoint(self, partition: Partition) -> Checkpoint:
        """Return where the reading of `partition` stands; it is asked for once."""
        due = self.due.get(partition_key(partition), ())
        made = ReportCheckpoint(due, self.memory.of(partition), self.settling, self.start)
        self._made.append((partition, made))
        return made

    def state(self, horizon: int, *, complete: bool) -> StreamState:
        """Return the state that follows from what is written.

        What was asked for after the sync began counts as read when it began: no later than it was.
        """
        del complete
        made = tuple(self._made)
        states = [(partition, checkpoint.current(horizon)) for partition, checkpoint in made]
        self.memory.shares_its_day = self.memory.shares_its_day and self.shares_its_day()
        written = sum(checkpoint.written for _, checkpoint in made)
        pages = -(-self._sent // written) if written else self.memory.pages
        return self.memory.dump(states, pages, self.began)


def _united(partitions: Sequence[Partition]) -> dict[str, Json]:
    """Return partitions in the same place as one: its filters have lists of values."""
    if len(partitions) == 1:
        return {**partitions[0]}
    return {key: [each[key] for each in partitions] for key in partitions[0]}


def _entries(entry: Json, now: int) -> list[tuple[Partition, ReportState]]:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("partition"), Mapping):
        raise ValueError("an entry of `states` has no `partition`")  # noqa: TRY004
    state = ReportState.load(entry.get("cursor")).not_after(now)
    partition = entry["partition"]
    if not isinstance(partition, Mapping):
        raise ValueError("an entry of `states` has no `partition`")  # noqa: TRY004
    single: dict[str, Scalar] = {}
    for key, value in partition.items():
        if is_list(value):
            return [({key: each}, state) for each in value if isinstance(each, str)]
        if isinstance(value, str):
            single[key] = value
    return [(single, state)]
