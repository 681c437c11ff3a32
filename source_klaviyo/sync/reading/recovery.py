"""Recovery of a task after a fault, for another request."""

import logging
from dataclasses import dataclass

from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_klaviyo.errors import (
    PageSizeRefused,
    PageTooLarge,
    StreamFailed,
    failure_of,
)
from source_klaviyo.protocol import Collection
from source_klaviyo.sync.reading.faults import Action
from source_klaviyo.sync.reading.tasks import Tally, Task
from source_klaviyo.sync.windows.window_reader import WindowReader

logger = logging.getLogger("airbyte")


@dataclass(slots=True)
class Recovery:
    """The actions of the fault table, applied to the tasks of a collection; `tally` counts them."""

    collection: Collection
    tally: Tally

    def recover(
        self, what: Action, task: Task, fault: Exception, now: float
    ) -> AirbyteTracedException | None:
        """Prepare `task` for another request after `fault`; return the failure if that is futile.

        `now` is in seconds of the monotonic clock.
        """
        match what:
            case Action.WAIT:
                self.tally.note_throttled()
                task.retry.postpone(now + float(getattr(fault, "pause", 0.0)))
                return None
            case Action.RETRY | Action.DOUBT:
                self._try_again(what, task, fault, now)
                return None
        if isinstance(task, WindowReader) and self._ask_otherwise(what, task, fault):
            return None
        self._tell_of_parent(what, fault)
        return failure_of(fault, self.collection.name)

    def _try_again(self, what: Action, task: Task, fault: Exception, now: float) -> None:
        self.tally.note_retry()
        if what is Action.DOUBT:
            seconds = task.retry.doubt(now)
        else:
            seconds = task.retry.wait(now, getattr(fault, "retry_after", None))
        logger.info("%s: trying again in %.1f s. %s", self.collection.name, seconds, fault)

    def _ask_otherwise(self, what: Action, reader: WindowReader, fault: Exception) -> bool:
        """Ask for the rest in another way; return False without any."""
        name, size = self.collection.name, reader.page_size
        match what:
            case Action.SMALLER_PAGE if size:
                self._shrink(reader, fault)
                logger.info("%s: trying pages of %d. %s", name, size.current, fault)
            case Action.ACCEPTED_SIZE if size and isinstance(fault, PageSizeRefused):
                if not size.collection.refused(size.current, fault.numbers):
                    return False
                size.changes()
                reader.ask_smaller()
                logger.warning(
                    "%s: Klaviyo refuses this page size. Asking for pages of %d.",
                    name,
                    size.current,
                )
            case Action.SAME_PAGE:
                reader.retry.ask_again()
            case Action.BY_TIME:
                reader.retry.restart()
                reader.ask_by_time()
                logger.info("%s: asking anew for the rest of a window. %s", name, fault)
            case Action.PAGE_WITH_LESS if parts := self._can_do_without(reader):
                reader.ask_with_less(parts)
                logger.info(
                    "%s: Klaviyo cannot load a page with %s. The page's records come without. %s",
                    name,
                    " and ".join(sorted(parts)),
                    fault,
                )
            case Action.LESS if isinstance(fault, StreamFailed) and reader.sent:
                trial = self.collection.refused_parts(reader.sent, fault)
                if trial is None:
                    return False
                reader.ask_with_less(trial)
                logger.info("%s: trying without %s. %s", name, " and ".join(sorted(trial)), fault)
            case _:
                return False
        self.tally.note_retry()
        return True

    def _shrink(self, reader: WindowReader, fault: Exception) -> None:
        if reader.page_size and isinstance(fault, PageTooLarge):
            reader.page_size.too_large(fault.size)
        elif reader.page_size:
            reader.page_size.shrink()
        reader.ask_smaller()

    def _can_do_without(self, reader: WindowReader) -> frozenset[str]:
        return self.collection.optional_parts(reader.sent) if reader.sent else frozenset()

    def _tell_of_parent(self, what: Action, fault: Exception) -> None:
        if what is not Action.PARENT_GONE:
            return
        if not self.tally.parents_gone:
            name = self.collection.name
            logger.warning("%s: a parent was deleted while it was read. %s", name, fault)
        self.tally.note_parent_gone()
