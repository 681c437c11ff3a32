"""LOG lines that tell a person how a sync is doing."""

import logging
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from source_klaviyo.protocol import FOREVER
from source_klaviyo.sync.output import Output
from source_klaviyo.sync.reader import Reader

logger = logging.getLogger("airbyte")

_INTERVAL = 10.0


class Progress:
    """Writes a line per active stream every ten seconds, and a summary per stream at the end."""

    def __init__(
        self, readers: Sequence[Reader], outputs: Sequence[Output], horizon: Callable[[], int]
    ) -> None:
        self._streams = list(zip(readers, outputs, strict=True))
        self._horizon = horizon
        self._began = self._told = time.monotonic()
        self._told_records = [0] * len(self._streams)
        self._seconds = [0.0] * len(self._streams)

    def tick(self, now: float) -> None:
        """Write the lines if they are due."""
        for number, (_, output) in enumerate(self._streams):
            if output.open:
                self._seconds[number] = now - self._began
        if now - self._told < _INTERVAL:
            return
        for number, (reader, output) in enumerate(self._streams):
            if output.open:
                rate = (output.records - self._told_records[number]) / (now - self._told)
                logger.info(
                    "%s: %d records, %.0f/s, at %s, waits for %s",
                    output.stream.name,
                    output.records,
                    rate,
                    self._position(reader),
                    reader.waits_for,
                )
            self._told_records[number] = output.records
        self._told = now

    def summarise(self) -> None:
        """Write what each stream took."""
        for (reader, output), seconds in zip(self._streams, self._seconds, strict=True):
            tally = reader.tally
            logger.info(
                "%s: %d records, %d requests, %d retries, %d answered 429, %.1f s",
                output.stream.name,
                output.records,
                tally.requests,
                tally.retries,
                tally.throttled,
                seconds,
            )

    def _position(self, reader: Reader) -> str:
        positions = [
            chain.position for chain in (*reader.idle, *reader.in_flight) if chain.hi != chain.lo
        ]
        earliest = min(positions, default=FOREVER)
        if not reader.readable.cursor_attribute or not 0 < earliest < self._horizon():
            return "its pages"
        return datetime.fromtimestamp(earliest, UTC).isoformat()
