"""LOG lines that tell a person how a sync is doing."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil

from source_klaviyo.sync.output import Output
from source_klaviyo.sync.status import Status

logger = logging.getLogger("airbyte")

_INTERVAL = 10.0
_MINUTE = 60.0


@dataclass(slots=True)
class _Course:
    """One stream's way through the sync: what it had written when it was last told of."""

    output: Output
    records: int = 0
    seconds: float = 0.0


class Progress:
    """Writes a line per active stream every ten seconds, and a summary per stream at the end.

    `look` tells where each stream stands after so many seconds, in the order of `outputs`.
    """

    def __init__(
        self, outputs: Sequence[Output], look: Callable[[float], Sequence[Status]]
    ) -> None:
        self._courses = [_Course(output) for output in outputs]
        self._look = look
        self._began = self._told = time.monotonic()

    def tick(self, now: float) -> None:
        """Write the lines if they are due; `now` is in seconds of the monotonic clock."""
        for course in self._courses:
            if course.output.open:
                course.seconds = now - self._began
        if now - self._told < _INTERVAL:
            return
        for course, status in zip(self._courses, self._look(now - self._began), strict=True):
            if course.output.open:
                logger.info("%s", _line(course, status, now - self._told))
            course.records = course.output.records
        self._told = now

    def summarise(self) -> None:
        """Write what each stream took."""
        seconds = time.monotonic() - self._began
        for course, status in zip(self._courses, self._look(seconds), strict=True):
            logger.info(
                "%s: %d records, %d requests (%.0f %% of its quota), %d retries,"
                " %d answered 429, %.1f s",
                course.output.stream.name,
                course.output.records,
                status.requests,
                100 * status.minutes_of_quota / max(1, ceil(course.seconds / _MINUTE)),
                status.retries,
                status.throttled,
                course.seconds,
            )


def _line(course: _Course, status: Status, seconds: float) -> str:
    """Return what is to be said of a stream `seconds` after it was last told of."""
    parts = [
        f"{course.output.stream.name}: {course.output.records} records",
        f"{(course.output.records - course.records) / seconds:.0f}/s",
        f"waits for {status.waits_for}",
    ]
    if status.complete_up_to is not None:
        reached = datetime.fromtimestamp(status.complete_up_to, UTC)
        parts.append(f"complete up to {reached:%Y-%m-%d %H:%M}")
    if status.seconds_left is not None:
        parts.append(f"about {status.seconds_left:.0f} s left")
    return ", ".join(parts)
