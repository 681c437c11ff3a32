"""The one queue between the workers and the thread that writes."""

import threading
from collections import deque
from dataclasses import dataclass

from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_klaviyo.protocol import Window


@dataclass(frozen=True, slots=True)
class Delivery:
    """One page's message lines on their way out, and what of the stream is complete with them.

    `stream` and `partition` are indices. `ends` is set on the last delivery of a stream, with the
    `failure` that ended it before its time, if one did.
    """

    stream: int
    partition: int = 0
    lines: bytes = b""
    records: int = 0
    covers: Window | None = None
    ends: bool = False
    failure: AirbyteTracedException | None = None


class Outbox:
    """A first-in first-out queue, bounded by the bytes it holds.

    A full outbox makes the workers wait, so that a slow reader of stdout costs no memory.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._closed = False
        self._deliveries: deque[Delivery] = deque()
        self._changed = threading.Condition()

    def put(self, delivery: Delivery) -> None:
        """Add a delivery; wait while the outbox is full. A closed outbox drops it."""
        with self._changed:
            while self._bytes and self._bytes + len(delivery.lines) > self._most_bytes:
                if self._closed:
                    return
                self._changed.wait()
            self._bytes += len(delivery.lines)
            self._deliveries.append(delivery)
            self._changed.notify_all()

    def get(self, timeout: float) -> Delivery | None:
        """Take the oldest delivery; None if there is none within `timeout` seconds."""
        with self._changed:
            if not self._deliveries:
                self._changed.wait(timeout)
            if not self._deliveries:
                return None
            delivery = self._deliveries.popleft()
            self._bytes -= len(delivery.lines)
            self._changed.notify_all()
            return delivery

    def close(self) -> None:
        """Let go of waiting workers: nobody will take anything any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
