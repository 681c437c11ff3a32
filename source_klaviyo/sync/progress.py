"""LOG lines that tell a person how a sync is doing."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil

from source_klaviyo.sync.output import Output
from source_klaviyo.sync.reader import Reader

logger = logging.getLogger("airbyte")

_INTERVAL = 10.0
_MINUTE = 60.0


@dataclass(slots=True)
class _Course:
    """One stream's way through the sync: what had happened when it was last told of.

    `left` is how many seconds of the cursor's time were still to be read.
    """

    reader: Reader
    output: Output
    records: int = 0
    seconds: float = 0.0
    left: int | None = None


class Progress:
    """Writes a line per active stream every ten seconds, and a summary per stream at the end."""

    def __init__(
        self, readers: Sequence[Reader], outputs: Sequence[Output], horizon: Callable[[], int]
    ) -> None:
        self._courses = [
            _Course(reader, output) for reader, output in zip(readers, outputs, strict=True)
        ]
        self._horizon = horizon
        self._began = self._told = time.monotonic()

    def tick(self, now: float) -> None:
        """Write the lines if they are due; `now` is in seconds of the monotonic clock."""
        for course in self._courses:
            if course.output.open:
                course.seconds = now - self._began
        if now - self._told < _INTERVAL:
            return
        for course in self._courses:
            if course.output.open:
                logger.info("%s", self._line(course, now - self._told))
            course.records = course.output.records
        self._told = now

    def summarise(self) -> None:
        """Write what each stream took."""
        for course in self._courses:
            tally = course.reader.tally
            minutes = max(1, ceil(course.seconds / _MINUTE))
            used = (made / quota.per_minute / minutes for quota, made in tally.requests.items())
            logger.info(
                "%s: %d records, %d requests (%.0f %% of its quota), %d retries,"
                " %d answered 429, %.1f s",
                course.output.stream.name,
                course.output.records,
                tally.requests.total(),
                100 * max(used, default=0.0),
                tally.retries,
                tally.throttled,
                course.seconds,
            )

    def _line(self, course: _Course, seconds: float) -> str:
        reader, records = course.reader, course.output.records
        parts = [
            f"{course.output.stream.name}: {records} records",
            f"{(records - course.records) / seconds:.0f}/s",
            f"waits for {reader.waits_for}",
        ]
        chains = [*reader.chains()]
        horizon = self._horizon()
        earliest = min((chain.position for chain in chains), default=0)
        if reader.readable.cursor_attribute and 0 < earliest < horizon:
            parts.append(f"complete up to {datetime.fromtimestamp(earliest, UTC):%Y-%m-%d %H:%M}")
        left = sum(max(0, min(chain.hi, horizon) - chain.position) for chain in chains)
        if course.left and left < course.left:
            parts.append(f"about {left * seconds / (course.left - left):.0f} s left")
        course.left = left
        return ", ".join(parts)
