"""One stream's messages on stdout: its records, and the states that follow from them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from airbyte_cdk.models import AirbyteStreamStatus, StreamDescriptor

from source_klaviyo.sync.messages import failure_line, state_line, status_line
from source_klaviyo.sync.outbox import Delivery
from source_klaviyo.sync.parts import Parts
from source_klaviyo.sync.state import WHOLE

_STATE_INTERVAL = 1.0
"""Seconds between two states of a stream: what a kill may cost besides the pages in flight."""


@dataclass(slots=True, eq=False)
class Output:
    """Turns a stream's deliveries into lines.

    The lines have to be written before the next is asked for: a state comes after the records
    that it covers.
    """

    stream: StreamDescriptor
    parts: Parts
    horizon: Callable[[], int]
    records: int = 0
    open: bool = True
    _complete: bool = False
    _unstated: int = 0
    _stated_at: float = field(default=0.0)

    def start(self) -> Iterator[bytes]:
        """Yield what announces the stream."""
        yield status_line(self.stream, AirbyteStreamStatus.STARTED)

    def deliver(self, delivery: Delivery, now: float) -> Iterator[bytes]:
        """Yield a delivery's lines, and a state where one is due."""
        if delivery.records:
            if not self.records:
                yield status_line(self.stream, AirbyteStreamStatus.RUNNING)
            yield delivery.lines
            self.records += delivery.records
            self._unstated += delivery.records
        ledger = self.parts.ledger(delivery.partition)
        if ledger and delivery.covers:
            ledger.cover(delivery.covers)
            if self.parts.keeps_state and now - self._stated_at >= _STATE_INTERVAL:
                yield self.state(now)
        if delivery.ends:
            yield from self._end(delivery, now)

    def _end(self, delivery: Delivery, now: float) -> Iterator[bytes]:
        self.open = False
        self._complete = delivery.failure is None
        yield self.state(now)
        if delivery.failure:
            yield failure_line(self.stream, delivery.failure)
            yield status_line(self.stream, AirbyteStreamStatus.INCOMPLETE)
        else:
            yield status_line(self.stream, AirbyteStreamStatus.COMPLETE)

    def state(self, now: float) -> bytes:
        """Return the line of the current state."""
        counted, self._unstated, self._stated_at = self._unstated, 0, now
        state = WHOLE
        if self.parts.keeps_state:
            state = self.parts.state(self.horizon(), complete=self._complete)
        return state_line(self.stream, state, counted)
