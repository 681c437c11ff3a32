"""Progress of a sync: LOG lines, and a listener for a display."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import ceil

from source_klaviyo.sync.output.stream_output import StreamOutput
from source_klaviyo.sync.reading.collection_reader import CollectionReader
from source_klaviyo.sync.reading.status import Status

logger = logging.getLogger("airbyte")

_INTERVAL = 10.0
_WATCH_INTERVAL = 0.5
_MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class StreamProgress:
    """The progress of a stream, for people; `open` while more may come."""

    name: str
    records: int
    open: bool
    failed: bool
    waits_for: str
    seconds_left: float | None


Watch = Callable[[Sequence[StreamProgress]], None]
"""Called with the progress of each stream, twice a second and at the end."""


@dataclass(slots=True)
class _Course:
    """A collection's progress, and its numbers in the last line about it."""

    number: int
    name: str
    outputs: Sequence[StreamOutput]
    records: int = 0
    seconds: float = 0.0

    @property
    def open(self) -> bool:
        """Whether there may be more records of the collection."""
        return any(output.open for output in self.outputs)

    @property
    def written(self) -> int:
        """The records written of the collection."""
        return sum(output.by_collection[self.number] for output in self.outputs)

    @property
    def title(self) -> str:
        """The collection's name, and its streams if named otherwise."""
        names = [output.job.stream.name for output in self.outputs]
        return self.name if names in ([], [self.name]) else f"{self.name} ({', '.join(names)})"


class Progress:
    """A log line per active collection every ten seconds, and a summary at the end.

    `look` returns the status of each collection after so many seconds, in the order of their
    adding.
    """

    def __init__(
        self, look: Callable[[float], Sequence[Status]], watch: Watch | None = None
    ) -> None:
        self._courses: list[_Course] = []
        self._look = look
        self._watch = watch
        self._began = self._told = self._watched = time.monotonic()

    def add(self, readers: Sequence[CollectionReader], outputs: Sequence[StreamOutput]) -> None:
        """Add collections, and the streams of their views."""
        for reader in readers:
            name, views = reader.job.collection.name, reader.job.views
            theirs = [output for view in views for output in outputs if output.job is view.stream]
            self._courses.append(_Course(len(self._courses), name, theirs))

    def tick(self, now: float) -> None:
        """Log the lines that are due; `now` is in seconds of the monotonic clock."""
        for course in self._courses:
            if course.open:
                course.seconds = now - self._began
        if self._watch and now - self._watched >= _WATCH_INTERVAL:
            self._watch(self._streams(self._look(now - self._began)))
            self._watched = now
        if now - self._told < _INTERVAL:
            return
        for course, status in zip(self._courses, self._look(now - self._began), strict=True):
            if course.open:
                logger.info("%s", _line(course, status, now - self._told))
            course.records = course.written
        self._told = now

    def summarize(self) -> None:
        """Log the cost of each collection; collections without rows share a line."""
        statuses = self._look(time.monotonic() - self._began)
        if self._watch:
            self._watch(self._streams(statuses))
        pairs = list(zip(self._courses, statuses, strict=True))
        idle = [(course, status) for course, status in pairs if not course.written]
        for course, status in pairs:
            if course.written:
                logger.info("%s", _summary(course, status))
        if idle:
            requests = sum(status.requests for _, status in idle)
            names = ", ".join(_stream_names(idle))
            logger.info("No rows in %d requests: %s", requests, names)

    def _streams(self, statuses: Sequence[Status]) -> list[StreamProgress]:
        """Return the progress of each stream, by its slowest collection."""
        found: dict[str, StreamProgress] = {}
        for course, status in zip(self._courses, statuses, strict=True):
            for output in course.outputs:
                name = output.job.stream.name
                other = found.get(name)
                if other is None or (status.seconds_left or 0) > (other.seconds_left or 0):
                    found[name] = StreamProgress(
                        name,
                        output.records,
                        output.open,
                        output.failure is not None,
                        status.waits_for,
                        status.seconds_left,
                    )
        return list(found.values())


def _stream_names(courses: Sequence[tuple[_Course, Status]]) -> Iterator[str]:
    for course, _ in courses:
        names = [output.job.stream.name for output in course.outputs]
        yield from names or [f"ids of {course.name}"]


def _summary(course: _Course, status: Status) -> str:
    records = ", ".join(
        f"{brought} {output.job.stream.name}"
        for output in course.outputs
        if (brought := output.by_collection[course.number])
    )
    share = 100 * status.minutes_of_quota / max(1, ceil(course.seconds / _MINUTE))
    return (
        f"{course.name}: {records}; {status.requests} requests ({share:.0f} % of its quota),"
        f" {status.retries} retries, {status.throttled} answered 429, {course.seconds:.1f} s"
    )


def _line(course: _Course, status: Status, seconds: float) -> str:
    """Return the line about a collection, `seconds` after the last line about it."""
    parts = [
        f"{course.title}: {course.written} records",
        f"{(course.written - course.records) / seconds:.0f}/s",
        f"waits for {status.waits_for}",
    ]
    if status.complete_up_to is not None:
        reached = datetime.fromtimestamp(status.complete_up_to, UTC)
        parts.append(f"complete up to {reached:%Y-%m-%d %H:%M}")
    if status.seconds_left is not None:
        parts.append(f"about {status.seconds_left:.0f} s left")
    return ", ".join(parts)
