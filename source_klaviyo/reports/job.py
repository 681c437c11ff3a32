"""A report's job in a sync: its partitions, and the windows to read of each."""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from source_klaviyo.api.partition import Partition, partition_key
from source_klaviyo.protocol import Window
from source_klaviyo.reports.memory import ReportMemory
from source_klaviyo.reports.state import ReportState, Settling
from source_klaviyo.reports.track import Due, Track
from source_klaviyo.sync.jobs import StreamJob
from source_klaviyo.sync.state.checkpoint import Checkpoint
from source_klaviyo.sync.state.ranges import merge
from source_klaviyo.sync.state.stream_state import StreamState


@dataclass(slots=True, eq=False)
class ReportCheckpoint(Checkpoint):
    """The `due` windows of a partition, and those already written; see Checkpoint."""

    due: Sequence[Due]
    state: ReportState
    settling: Settling
    rows_without_cursor: bool = False
    written: list[Window] = field(default_factory=list)
    _completed: list[Window] = field(default_factory=list)
    _refused: bool = False

    def missing(self) -> list[Window]:
        """Return the windows to read, a call each if the answer has a single page."""
        return [each.window for each in self.due]

    def complete(self, window: Window) -> None:
        """Note that every record of `window` has been written."""
        self._completed = merge([*self._completed, window])
        self.written.append(window)

    def reopen(self, window: Window) -> None:
        """Not used: a window is complete with its last page, whatever the order of its rows."""
        raise NotImplementedError(window)

    def refuse(self) -> None:
        """Note that Klaviyo refuses to report the partition."""
        self._refused = True

    def current(self, at: int) -> ReportState:
        """Return the state to keep now; all windows written count as read at the second `at`."""
        state = self.state
        for window in self._completed:
            state = state.read(window, at, self.settling)
        return state.refused(at) if self._refused else state


@dataclass(slots=True, eq=False)
class ReportJob(StreamJob):
    """A report to write.

    `due` are the windows of its partitions, chosen once all are known. `shares_its_day` returns
    whether its quota of a day may still be shared.
    """

    memory: ReportMemory = field(kw_only=True)
    settling: Settling = field(kw_only=True)
    partitions: Sequence[Partition] = field(default=(), kw_only=True)
    due: dict[str, Sequence[Due]] = field(default_factory=dict, kw_only=True)
    shares_its_day: Callable[[], bool] = field(default=lambda: True, kw_only=True)
    _sent: Counter[tuple[str, Window]] = field(default_factory=Counter)
    _made: dict[str, tuple[Partition, ReportCheckpoint]] = field(default_factory=dict)

    def tracks(self) -> list[Track]:
        """Return a track per partition, for the schedule."""
        return [
            Track(self.memory.of(each), self.settling, self.start, self.memory.pages)
            for each in self.partitions
        ]

    def count(self, partition: Partition, window: Window, calls: int) -> None:
        """Count calls for a window; a negative number takes them back."""
        due = self.due.get(partition_key(partition), ())
        refreshing = any(each.refreshing for each in due if each.window == window)
        self.memory.calls.count(time.time(), refreshing=refreshing, calls=calls)
        self._sent[partition_key(partition), window] += calls

    def checkpoint(self, partition: Partition) -> Checkpoint:
        """Return the checkpoint of `partition`."""
        key = partition_key(partition)
        if key not in self._made:
            state, due = self.memory.of(partition), self.due.get(key, ())
            self._made[key] = partition, ReportCheckpoint(due, state, self.settling)
        return self._made[key][1]

    def state(self, horizon: int, *, complete: bool) -> StreamState:
        """Return the state after everything written.

        Windows count as read at the sync's start, even if read later: never later than they were.
        """
        del complete
        made = tuple(self._made.values())
        states = [(partition, checkpoint.current(horizon)) for partition, checkpoint in made]
        self.memory.shares_its_day = self.memory.shares_its_day and self.shares_its_day()
        sent = [
            self._sent[partition_key(partition), window]
            for partition, checkpoint in made
            for window in checkpoint.written
        ]
        pages = -(-sum(sent) // len(sent)) if sent else self.memory.pages
        return self.memory.dump(states, max(1, pages), self.began)
