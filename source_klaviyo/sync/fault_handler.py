"""What is done about a request that failed, and about pages that lead nowhere."""

import logging
from dataclasses import dataclass

from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_klaviyo.api import backoff
from source_klaviyo.errors import (
    PageLost,
    PageSizeRefused,
    PageTooLarge,
    ParameterRefused,
    ParentGone,
    QuotaSpent,
    RequestFailed,
    RetriesExhausted,
    ScopeMissing,
    StreamFailed,
    Throttled,
)
from source_klaviyo.protocol import Collection
from source_klaviyo.sync.pagination import RangeReader
from source_klaviyo.sync.retry import BEFORE_LESS, MOST_RESTARTS
from source_klaviyo.sync.tasks import Tally, Task

logger = logging.getLogger("airbyte")

Remedy = AirbyteTracedException | RangeReader | None
"""A failure: give up on all views of the task. A reader: begin it besides. None: the task, changed
by then, goes on."""


@dataclass(slots=True)
class FaultHandler:
    """Decides for one collection; `tally` counts what happened."""

    collection: Collection
    tally: Tally

    def handle(self, task: Task, fault: Exception, now: float) -> Remedy:
        """Prepare `task` for another request after `fault`, or return why there is none."""
        name = self.collection.name
        match fault:
            case Throttled() | QuotaSpent() if self._is_waited_for(fault):
                self.tally.throttled += 1
                task.retry.ready_at = now + fault.pause
            case RequestFailed():
                return self._failed(task, fault, now)
            case PageTooLarge() if isinstance(task, RangeReader) and _smaller(task, fault):
                logger.info("%s: %s Smaller pages are asked for.", name, fault)
            case PageSizeRefused() if isinstance(task, RangeReader) and self._refused(task, fault):
                logger.info("%s: %s Smaller pages are asked for.", name, fault.message)
            case PageLost() if isinstance(task, RangeReader):
                return self._lost(task, str(fault))
            case ParentGone() if isinstance(task, RangeReader):
                self._end_child(task, fault)
            case ScopeMissing() | ParameterRefused() if self._ask_for_less(task, fault):
                logger.info("%s: trying with less. %s", name, fault.message)
            case AirbyteTracedException():
                return fault
            case PageTooLarge():
                return StreamFailed(str(fault), FailureType.system_error)
            case _:
                message = f"Reading {name} met a defect of the connector: {fault!r}"
                return AirbyteTracedException.from_exception(fault, message=message)
        return None

    def _is_waited_for(self, fault: Throttled | QuotaSpent) -> bool:
        """Tell whether a task is kept: a day is waited for by what can be left to the next sync."""
        return isinstance(fault, Throttled) or self.collection.deferrable

    def after_page(self, reader: RangeReader) -> Remedy:
        """Return what to do about what the last page of `reader` has shown."""
        name = self.collection.name
        if reader.new_rows_unlikely:
            advice = f"Klaviyo sends page after page of {name} without a row."
            return StreamFailed(advice, FailureType.system_error)
        if reader.ties.lost:
            return self._lost_ties(reader)
        if reader.chain.leads_back():
            return self._restart(reader, "A page leads back to one before it.")
        return reader.split_before_only_second()

    def _failed(self, task: Task, fault: RequestFailed, now: float) -> Remedy:
        """See to a fault that may pass: a smaller page, a smaller request, the same once more."""
        self.tally.retries += 1
        retry, name = task.retry, self.collection.name
        if isinstance(task, RangeReader) and retry.attempt + 1 >= BEFORE_LESS:
            size = task.page_size
            if fault.by_size and size and not retry.smaller_was_no_help:
                if size.shrink():
                    logger.info("%s: trying pages of %d. %s", name, size.current, fault)
                    task.ask_anew()
                    retry.ready_at = now + backoff.pause(0)
                    return None
                retry.smaller_was_no_help = True
        if not retry.exhausted:
            seconds = retry.wait(now, fault.retry_after)
            logger.info("%s: trying again in %.1f s. %s", name, seconds, fault)
            return None
        # A fault that has lasted for minutes may come of a part that can be left out.
        failure = RetriesExhausted(str(fault))
        if not self._ask_for_less(task, failure):
            return failure
        logger.info("%s: trying with less. %s", name, fault)
        retry.ready_at = now + backoff.pause(0)
        return None

    def _refused(self, reader: RangeReader, fault: PageSizeRefused) -> bool:
        size = reader.page_size
        if size is None or not size.collection.refused(size.current, fault.numbers):
            return False
        size.changes()
        reader.ask_anew()
        logger.warning(
            "%s: Klaviyo refuses pages of that size; pages of %d are asked for.",
            self.collection.name,
            size.current,
        )
        return True

    def _lost(self, reader: RangeReader, why: str) -> Remedy:
        """Ask for a refused page once more, as it was, and for the rest of the window after that.

        A restart may lead no further: not through a second that has many pages.
        """
        if reader.retry.token_asked_again:
            return self._restart(reader, why)
        reader.retry.token_asked_again = True
        self.tally.retries += 1
        return None

    def _restart(self, reader: RangeReader, why: str) -> Remedy:
        self.tally.retries += 1
        reader.restart()
        name = self.collection.name
        logger.info("%s: asking anew for the rest of a window. %s", name, why)
        if reader.retry.restarts >= BEFORE_LESS and (rest := reader.halve()):
            reader.retry.restarts = 0
            return rest
        if reader.retry.restarts > MOST_RESTARTS:
            advice = f"Klaviyo rejects the page cursors that it gave for {name}: {why}"
            return StreamFailed(advice, FailureType.transient_error)
        return None

    def _lost_ties(self, reader: RangeReader) -> StreamFailed:
        what = "have no cursor value" if reader.without_cursor else "share a second"
        advice = (
            f"More rows of {self.collection.name} {what} than fit on a page, and Klaviyo's page"
            " cursors do not tell them apart."
        )
        return StreamFailed(advice, FailureType.system_error)

    def _end_child(self, reader: RangeReader, gone: ParentGone) -> None:
        """End what is read of a parent that has been deleted; its window is not taken as read."""
        if not self.tally.parents_gone:
            name = self.collection.name
            logger.warning("%s: a parent was deleted while it was read. %s", name, gone.message)
        self.tally.parents_gone += 1
        reader.finished = True

    def _ask_for_less(self, task: Task, failure: StreamFailed) -> bool:
        if not isinstance(task, RangeReader) or task.sent is None:
            return False
        asked = self.collection.ask_for_less(task.sent, failure)
        if asked:
            task.chain.token = None
        return asked


def _smaller(reader: RangeReader, fault: PageTooLarge) -> bool:
    size = reader.page_size
    if size is None or size.current == 1:
        return False
    size.collection.too_large(size.current, fault.size)
    size.current = max(1, min(size.current // 2, size.collection.wanted))
    reader.ask_anew()
    return True
