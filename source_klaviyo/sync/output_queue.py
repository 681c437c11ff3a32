"""The one queue between the workers and the thread that writes."""

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_klaviyo.protocol import Window


@dataclass(frozen=True, slots=True)
class ViewDelivery:
    """One view's message lines of a page on their way out, and what is complete with them.

    `collection`, `view` and `partition` are numbers. `completes`, `reopens`, `without_cursor` and
    `refused` are as in pagination.ViewStep and collection_reader.Step. `ends` is set on the last
    delivery of a view, with the `failure` that ended it before its time, if one did.
    """

    collection: int
    view: int
    partition: int = 0
    lines: bytes = b""
    records: int = 0
    completes: Sequence[Window] = ()
    reopens: Window | None = None
    without_cursor: bool = False
    refused: bool = False
    ends: bool = False
    failure: AirbyteTracedException | None = None


Delivery = Sequence[ViewDelivery]
"""What one page brings for all views: no state comes between its parts."""


class OutputQueue:
    """A first-in first-out queue, bounded by the bytes it holds.

    A full queue makes the workers wait, so that a slow reader of stdout costs no memory.
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._closed = False
        self._deliveries: deque[Delivery] = deque()
        self._changed = threading.Condition()

    def put(self, delivery: Delivery) -> None:
        """Add a delivery; wait while the queue is full. A closed queue drops it."""
        size = _size(delivery)
        with self._changed:
            while self._bytes and self._bytes + size > self._most_bytes:
                if self._closed:
                    return
                self._changed.wait()
            self._bytes += size
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
            self._bytes -= _size(delivery)
            self._changed.notify_all()
            return delivery

    def close(self) -> None:
        """Let go of waiting workers: nobody will take anything any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()


def _size(delivery: Delivery) -> int:
    return sum(len(part.lines) for part in delivery)
