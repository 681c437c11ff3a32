"""A sync: several collections at once, written as an ordered flow of lines."""

import time
from collections.abc import Callable, Iterator

from airbyte_cdk.models import AirbyteStreamStatus, FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_klaviyo.sync.jobs import SyncPlan
from source_klaviyo.sync.lookup import Lookup
from source_klaviyo.sync.output.messages import failure_line, rate_limited_line, status_line
from source_klaviyo.sync.output.output_queue import Deliveries, OutputQueue
from source_klaviyo.sync.output.stream_output import StreamOutput, states_are_due
from source_klaviyo.sync.progress import Progress, Watch
from source_klaviyo.sync.reading.collection_reader import CollectionReader
from source_klaviyo.sync.reading.scheduler import Scheduler
from source_klaviyo.sync.windows.seen_rows import IdMemory

_QUEUE_BYTES = 8 * 1024 * 1024
_TICK = 1.0
_LONG_WAIT = 5.0
"""Seconds of waiting for quota from which on a message reports the wait."""
_LONGEST_SILENCE = 20.0
"""Seconds; the platform takes a source for dead after a longer silence, and does not count logs as
life (`maxSecondsBetweenMessages`)."""


class Sync:
    """A sync of the streams in `plan`.

    `horizon` returns the second that no state passes, `stopped` whether the sync must end early;
    `watch` is given the progress of each stream.
    """

    def __init__(
        self,
        plan: SyncPlan,
        workers: int,
        horizon: Callable[[], int],
        stopped: Callable[[], bool] = lambda: False,
        watch: Watch | None = None,
    ) -> None:
        self._stopped = stopped
        self._horizon = horizon
        self._memory = IdMemory()
        self._plan = plan
        self._lookups = [Lookup(each) for each in plan.later]
        self._readers: list[CollectionReader] = []
        self._outputs: list[StreamOutput] = []
        self._by_job: dict[int, StreamOutput] = {}
        self._failures: dict[str, AirbyteTracedException] = {}
        self._queue = OutputQueue(_QUEUE_BYTES)
        self._scheduler = Scheduler(self._queue, workers, len(plan.later))
        self._progress = Progress(self._scheduler.status, watch)
        self._spoke_at = self._looked_at = time.monotonic()
        self._limited: set[str] = set()

    def lines(self) -> Iterator[bytes]:
        """Yield the lines of the whole sync, each chunk one or more complete lines.

        Write each chunk before asking for the next. Once `stopped`, the states of everything read
        come, and nothing more. Raises AirbyteTracedException at the end if a stream has failed or
        is not finished.
        """
        for lookup in self._lookups:
            for stream in lookup.streams:
                yield status_line(stream, AirbyteStreamStatus.STARTED)
        yield from self._adopt(self._plan)
        self._scheduler.start()
        for lookup in self._lookups:
            lookup.start()
        try:
            while self._is_open and not self._ends_early():
                for chunk in self._turn():
                    yield chunk
                    self._spoke_at = time.monotonic()
        finally:
            self._scheduler.stop()
        self._progress.summarize()
        yield from self._unfinished()
        failures = self._failures | {
            each.job.stream.name: each.failure for each in self._outputs if each.failure
        }
        if failures:
            raise _combined(failures)

    @property
    def _is_open(self) -> bool:
        return bool(self._lookups) or any(output.open for output in self._outputs)

    def _turn(self) -> Iterator[bytes]:
        """Yield the next lines, if any come within a second."""
        for lookup in tuple(self._lookups):
            if plan := lookup.plan:
                self._lookups.remove(lookup)
                yield from self._adopt(plan, was_expected=True)
        deliveries = self._queue.get(_TICK)
        now = time.monotonic()
        if deliveries:
            yield from self._deliver(deliveries, now)
        yield from self._heartbeat(now)
        if now - self._looked_at >= _TICK:
            self._looked_at = now
            yield from self._rate_limits()
        self._progress.tick(now)

    def _rate_limits(self) -> Iterator[bytes]:
        """Yield a message for each stream that waits for quota, once a wait, for platforms."""
        for output in self._outputs:
            pauses = [
                reader.tasks.quota_pause
                for reader in self._readers
                if any(view.stream is output.job for view in reader.job.views)
            ]
            pause = min(pauses, default=0.0) if output.open else 0.0
            if pause >= _LONG_WAIT and output.job.stream.name not in self._limited:
                self._limited.add(output.job.stream.name)
                yield rate_limited_line(output.job.stream, pause)
            elif not pause:
                self._limited.discard(output.job.stream.name)

    def _adopt(self, plan: SyncPlan, *, was_expected: bool = False) -> Iterator[bytes]:
        """Begin with a plan; yield the status of its streams, and its refusals."""
        for refusal in plan.refusals:
            self._failures[refusal.stream.name] = refusal.failure
            yield failure_line(refusal.failure, refusal.stream)
            yield status_line(refusal.stream, AirbyteStreamStatus.INCOMPLETE)
        readers = [CollectionReader(job, self._horizon, self._memory) for job in plan.collections]
        outputs = [
            StreamOutput(
                job,
                sum(view.stream is job for reader in readers for view in reader.job.views),
                self._horizon,
            )
            for job in plan.streams
        ]
        for output in outputs:
            self._by_job[id(output.job)] = output
            if not was_expected:
                yield from output.start()
        self._readers += readers
        self._outputs += outputs
        self._progress.add(readers, outputs)
        self._scheduler.add(readers, was_expected=was_expected)

    def _ends_early(self) -> bool:
        return self._stopped() or self._scheduler.defect is not None

    def _unfinished(self) -> Iterator[bytes]:
        """Yield the state of streams that an early end has left open; raise if there are any."""
        left = [output for output in self._outputs if output.open]
        for output in left:
            yield output.state(time.monotonic())
            yield status_line(output.job.stream, AirbyteStreamStatus.INCOMPLETE)
        waiting = [stream for lookup in self._lookups for stream in lookup.streams]
        for stream in waiting:
            yield status_line(stream, AirbyteStreamStatus.INCOMPLETE)
        if left and (defect := self._scheduler.defect):
            message = f"The sync met a defect of the connector: {defect!r}"
            raise AirbyteTracedException.from_exception(defect, message=message)
        if left or waiting:
            advice = (
                "The sync was stopped before its end. The next sync goes on from the last state."
            )
            raise AirbyteTracedException(
                message=advice, internal_message=advice, failure_type=FailureType.transient_error
            )

    def _deliver(self, deliveries: Deliveries, now: float) -> Iterator[bytes]:
        """Yield a page's lines, then the due states.

        The states of all streams that share the page come together: so they stand at the same
        place, and the next sync reads for all of them at once.
        """
        outputs = [
            (part, output)
            for part in deliveries
            if (output := self._output(part.collection, part.view)) is not None
        ]
        for part, output in outputs:
            yield from output.deliver(part)
        changed = [
            output
            for part, output in outputs
            if not part.ends and output.note(part) and output.job.writes_progress
        ]
        if changed and states_are_due(changed, now):
            for output in changed:
                yield output.state(now)
        for part, output in outputs:
            if part.ends:
                view = self._readers[part.collection].job.views[part.view]
                yield from output.end_view(part, now, confirms=view.confirms)

    def _output(self, collection: int, view: int) -> StreamOutput | None:
        """Return the output of a view's stream, None for a listing of parents."""
        job = self._readers[collection].job.views[view].stream
        return self._by_job[id(job)] if job else None

    def _heartbeat(self, now: float) -> Iterator[bytes]:
        """Yield the smallest state of an open stream, after a long silence."""
        if now - self._spoke_at < _LONGEST_SILENCE:
            return
        if waiting := [output for output in self._outputs if output.open]:
            yield min(waiting, key=lambda output: output.state_size).state(now)
        for lookup in self._lookups[:1]:
            yield status_line(lookup.streams[0], AirbyteStreamStatus.RUNNING)


def _combined(failures: dict[str, AirbyteTracedException]) -> AirbyteTracedException:
    """Return the failure that ends the sync with a non-zero exit; each part has its own trace."""
    kinds = {failure.failure_type for failure in failures.values()}
    gravest = next(
        kind
        for kind in (
            FailureType.system_error,
            FailureType.config_error,
            FailureType.transient_error,
        )
        if kind in kinds
    )
    named = "; ".join(f"{stream}: {failure.message}" for stream, failure in failures.items())
    message = f"These streams could not be read completely: {named}"
    return AirbyteTracedException(message=message, internal_message=message, failure_type=gravest)
