"""A stream's messages on stdout: its records, and the states after them."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from airbyte_cdk.models import AirbyteStreamStatus
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_klaviyo.sync.jobs import StreamJob
from source_klaviyo.sync.output.messages import failure_line, state_line, status_line
from source_klaviyo.sync.output.output_queue import Delivery
from source_klaviyo.sync.state.checkpoint import CursorCheckpoint
from source_klaviyo.sync.state.deletes import Deletes
from source_klaviyo.sync.state.stream_state import StreamState

logger = logging.getLogger("airbyte")

_STATE_INTERVAL = 1.0
"""Seconds between two states of a stream: a kill may cost so much, and the pages in flight."""
_LARGEST_PART = 0.02
"""The size of states relative to the records before them: a large state comes seldom."""


@dataclass(slots=True, eq=False)
class StreamOutput:
    """The lines of a stream, from its deliveries.

    Write each line before asking for the next: a state comes after the records that it covers.
    `open_views` is the number of its views still being read. The last state had `state_size` bytes
    and came at `stated_at`, with `unstated_bytes` of records since.
    """

    job: StreamJob
    open_views: int
    horizon: Callable[[], int]
    records: int = 0
    failure: AirbyteTracedException | None = None
    state_size: int = 0
    unstated_bytes: int = 0
    by_collection: Counter[int] = field(default_factory=Counter)
    stated_at: float = 0.0
    _unstated: int = 0

    @property
    def open(self) -> bool:
        """Whether there may be more records of the stream."""
        return self.open_views > 0

    def start(self) -> Iterator[bytes]:
        """Yield the status STARTED."""
        yield status_line(self.job.stream, AirbyteStreamStatus.STARTED)

    def deliver(self, delivery: Delivery) -> Iterator[bytes]:
        """Yield a delivery's lines."""
        deletes = self.job.deletes
        if delivery.records:
            if not self.records:
                yield status_line(self.job.stream, AirbyteStreamStatus.RUNNING)
            named = zip(delivery.ids, delivery.cursors, strict=True) if delivery.ids else ()
            if deletes and (
                deletes.announce(named, self.horizon()) or deletes.announce_gone(delivery.gone)
            ):
                yield self.state(time.monotonic())  # see deletes.py
            yield delivery.lines
            self.records += delivery.records
            self.by_collection[delivery.collection] += delivery.records
            self._unstated += delivery.records
            self.unstated_bytes += len(delivery.lines)
            if deletes:
                deletes.forget(delivery.gone)

    def note(self, delivery: Delivery) -> bool:
        """Note complete windows once a delivery is written; return whether state changes."""
        checkpoint = delivery.checkpoint
        if checkpoint is None:
            return False
        if delivery.reopens:
            checkpoint.reopen(delivery.reopens)
        for window in delivery.completes:
            checkpoint.complete(window)
        if delivery.without_cursor:
            checkpoint.complete_without_cursor()
        if delivery.refused:
            checkpoint.refuse()
        if delivery.ahead and isinstance(checkpoint, CursorCheckpoint):
            checkpoint.note_ahead(delivery.ahead)
        return delivery.changes_state

    def end_view(
        self, delivery: Delivery, now: float, *, confirms: bool = False
    ) -> Iterator[bytes]:
        """Yield the end of the stream, after the last of its views.

        The view that `confirms` deletes ends last.
        """
        if confirms and self.job.deletes:
            self._end_deletes(self.job.deletes, delivery.failure)
        else:
            self.failure = self.failure or delivery.failure
        self.open_views -= 1
        if self.open_views:
            return
        yield self.state(now)
        if self.failure:
            yield failure_line(self.failure, self.job.stream)
            yield status_line(self.job.stream, AirbyteStreamStatus.INCOMPLETE)
        else:
            yield status_line(self.job.stream, AirbyteStreamStatus.COMPLETE)

    def _end_deletes(self, deletes: Deletes, failure: AirbyteTracedException | None) -> None:
        if failure is None:
            deletes.finish(self.job.reopen)
        elif not self.failure:
            logger.warning(
                "%s: deletes could not be confirmed. The next sync looks again. %s",
                self.job.stream.name,
                failure.message,
            )

    def state(self, now: float) -> bytes:
        """Return the line of the current state."""
        counted, self._unstated, self.unstated_bytes = self._unstated, 0, 0
        line = state_line(self.job.stream, self._state(), counted)
        self.state_size, self.stated_at = len(line), now
        return line

    def _state(self) -> StreamState:
        """Return the stream's state."""
        return self.job.state(self.horizon(), complete=not self.open and not self.failure)


def states_are_due(outputs: Sequence[StreamOutput], now: float) -> bool:
    """Whether the states of `outputs` together are worth their bytes."""
    if any(output.job.states_at_once for output in outputs):
        return True
    size = sum(output.state_size for output in outputs)
    followed = sum(output.unstated_bytes for output in outputs)
    rested = all(now - output.stated_at >= _STATE_INTERVAL for output in outputs)
    return rested and size <= _LARGEST_PART * followed
