"""Runs a sync: several streams at once, out of which comes one ordered flow of lines."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from airbyte_cdk.models import AirbyteStreamStatus, FailureType, StreamDescriptor
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_klaviyo.sync.messages import failure_line, status_line
from source_klaviyo.sync.outbox import Outbox
from source_klaviyo.sync.output import Output
from source_klaviyo.sync.parts import Parts
from source_klaviyo.sync.progress import Progress
from source_klaviyo.sync.reader import Reader
from source_klaviyo.sync.scheduler import Scheduler

_OUTBOX_BYTES = 8 * 1024 * 1024
_TICK = 1.0
_LONGEST_SILENCE = 20.0
"""Seconds; the platform takes a source for dead that is silent for longer, and does not count
logs as life (`maxSecondsBetweenMessages`)."""


@dataclass(frozen=True, slots=True)
class Job:
    """A stream to read, and the parts of it that are missing."""

    stream: StreamDescriptor
    parts: Parts


@dataclass(frozen=True, slots=True)
class Refusal:
    """A stream that cannot be read, and why."""

    stream: StreamDescriptor
    failure: AirbyteTracedException


def run(
    plan: Sequence[Job | Refusal],
    workers: int,
    horizon: Callable[[], int],
    stopped: Callable[[], bool] = lambda: False,
) -> Iterator[bytes]:
    """Yield the lines of a whole sync, each chunk one or more complete lines.

    A chunk must have been written before the next is asked for. `horizon` tells the second that
    no state passes. Once `stopped`, the states of what was read come, and nothing more. Raises
    AirbyteTracedException at the end if a stream has failed or is not finished.
    """
    jobs = [entry for entry in plan if isinstance(entry, Job)]
    readers = [Reader(job.parts, horizon) for job in jobs]
    outputs = [Output(job.stream, job.parts, horizon) for job in jobs]
    outbox = Outbox(_OUTBOX_BYTES)
    scheduler = Scheduler(readers, outbox, workers)
    progress = Progress(outputs, scheduler.look)
    failures: dict[str, AirbyteTracedException] = {}
    for refusal in (entry for entry in plan if isinstance(entry, Refusal)):
        failures[refusal.stream.name] = refusal.failure
        yield failure_line(refusal.stream, refusal.failure)
        yield status_line(refusal.stream, AirbyteStreamStatus.INCOMPLETE)
    for output in outputs:
        yield from output.start()
    scheduler.start()
    try:
        spoke_at = time.monotonic()
        while any(output.open for output in outputs) and not stopped():
            delivery = outbox.get(_TICK)
            now = time.monotonic()
            if delivery:
                output = outputs[delivery.stream]
                for chunk in output.deliver(delivery, now):
                    yield chunk
                    spoke_at = now
                if delivery.failure:
                    failures[output.stream.name] = delivery.failure
            elif now - spoke_at >= _LONGEST_SILENCE:
                yield next(output.state(now) for output in outputs if output.open)
                spoke_at = now
            progress.tick(now)
    finally:
        scheduler.stop()
    progress.summarise()
    yield from _unfinished(outputs)
    if failures:
        raise _combined(failures)


def _unfinished(outputs: Sequence[Output]) -> Iterator[bytes]:
    """Yield where the streams stand that a stop has left open; raise if there are any."""
    left = [output for output in outputs if output.open]
    for output in left:
        yield output.state(time.monotonic())
        yield status_line(output.stream, AirbyteStreamStatus.INCOMPLETE)
    if left:
        advice = "The sync was stopped before its end. The next one goes on from the last state."
        raise AirbyteTracedException(
            message=advice, internal_message=advice, failure_type=FailureType.transient_error
        )


def _combined(failures: dict[str, AirbyteTracedException]) -> AirbyteTracedException:
    """Return what ends the sync with a non-zero exit; each failure has had its own trace."""
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
