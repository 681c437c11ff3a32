"""Deliveries from the readers of windows to the writing thread, and the queue between."""

import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_klaviyo.protocol import Extract, Window
from source_klaviyo.sync.state.checkpoint import Checkpoint

NOTHING = Extract()


@dataclass(frozen=True, slots=True)
class Delivery:
    """The result of a request for a view.

    `view` and `partition` are numbers within the collection with the number `collection`. The
    records of `extract` become `lines` on the way. If the stream follows deletes, `ids` and
    `cursors` are the rows', and `gone` names the rows of tombstones. `completes` are the windows
    that are complete once the lines are written, `reopens` is a window that was complete and is
    open again; `without_cursor` says that all rows without a cursor value have come, `refused` that
    Klaviyo does not serve the partition; `ahead` are the ids and cursors of rows behind the
    horizon. All of these are for the partition's `checkpoint`, if any. The last delivery of a view
    `ends` the view, with the `failure` of the view, if any.
    """

    view: int
    partition: int = 0
    extract: Extract = NOTHING
    completes: Sequence[Window] = ()
    reopens: Window | None = None
    without_cursor: bool = False
    refused: bool = False
    checkpoint: Checkpoint | None = None
    ends: bool = False
    failure: AirbyteTracedException | None = None
    collection: int = 0
    lines: bytes = b""
    records: int = 0
    ahead: Sequence[tuple[str, int]] = ()
    ids: Sequence[str] = ()
    cursors: Sequence[int | None] = ()
    gone: Sequence[str] = ()

    @property
    def changes_state(self) -> bool:
        """Whether the delivery changes the state of the stream."""
        return bool(self.completes or self.reopens or self.without_cursor or self.refused)


Deliveries = Sequence[Delivery]
"""The results of a request for all views: no state comes between them."""


class OutputQueue:
    """A first-in first-out queue, bounded by the bytes it holds.

    A full queue makes the workers wait, so that a slow reader of stdout costs no memory.

    >>> queue = OutputQueue(most_bytes=1_000)
    >>> queue.put([Delivery(view=0, lines=b"{}")])
    >>> queue.get(timeout=1.0)[0].lines
    b'{}'
    """

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._bytes = 0
        self._closed = False
        self._waiting: deque[Deliveries] = deque()
        self._changed = threading.Condition()

    def put(self, deliveries: Deliveries) -> None:
        """Add deliveries; wait while the queue is full. A closed queue drops them."""
        size = _size(deliveries)
        with self._changed:
            while size and self._bytes and self._bytes + size > self._most_bytes:
                if self._closed:
                    return
                self._changed.wait()
            self._bytes += size
            self._waiting.append(deliveries)
            self._changed.notify_all()

    def get(self, timeout: float) -> Deliveries | None:
        """Take the oldest deliveries; None without any within `timeout` seconds."""
        with self._changed:
            if not self._waiting:
                self._changed.wait(timeout)
            if not self._waiting:
                return None
            deliveries = self._waiting.popleft()
            self._bytes -= _size(deliveries)
            self._changed.notify_all()
            return deliveries

    def close(self) -> None:
        """Release waiting workers: nobody takes deliveries any more."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()


def _size(deliveries: Deliveries) -> int:
    return sum(len(part.lines) for part in deliveries)
