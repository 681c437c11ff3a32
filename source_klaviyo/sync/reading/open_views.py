"""The open views of a collection."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from airbyte_cdk.models import FailureType
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from source_klaviyo.errors import StreamFailed

_MOST_FAILURES = 10
"""The most parts (partitions, items) of a view that may fail before the first success. A view whose
parents all fail would otherwise send a hundred thousand requests."""


@dataclass(slots=True)
class OpenViews:
    """The views by their number, up to `count`. Each ends by itself: complete, or failed.

    `failures` has the failed views, with the reasons: nothing more is read for them. A view with a
    failed part is read on, and ends with the part's failure.
    """

    count: int
    failures: dict[int, AirbyteTracedException] = field(default_factory=dict)
    _parts_failed: dict[int, list[AirbyteTracedException]] = field(default_factory=dict)
    _successes: Counter[int] = field(default_factory=Counter)
    _tasks: Counter[int] = field(default_factory=Counter)
    _ended: set[int] = field(default_factory=set)

    def numbers(self) -> tuple[int, ...]:
        """Return the views that have neither ended nor failed."""
        done = self._ended | self.failures.keys()
        return tuple(view for view in range(self.count) if view not in done)

    def task_added(self, views: Iterable[int]) -> None:
        """Note another task for `views`."""
        self._tasks.update(views)

    def task_removed(self, views: Iterable[int]) -> None:
        """Note that a task will bring nothing more for `views`."""
        self._tasks.subtract(views)

    def succeeded(self, views: Iterable[int]) -> None:
        """Note that a request for `views` was answered."""
        self._successes.update(views)

    def part_failed(self, view: int, failure: AirbyteTracedException) -> bool:
        """Note that a part of a view cannot be read; return whether to abandon the whole view."""
        failed = self._parts_failed.setdefault(view, [])
        failed.append(failure)
        return len(failed) >= _MOST_FAILURES and not self._successes[view]

    def failure(self, view: int) -> AirbyteTracedException | None:
        """Return the failure that a view ends with, None if all of the view has been read."""
        if view in self.failures:
            return self.failures[view]
        failed = self._parts_failed.get(view)
        if not failed:
            return None
        first, more = failed[0], len(failed) - 1
        if not more:
            return first
        advice = f"{first.message} Further parts of the stream that could not be read: {more}."
        return StreamFailed(advice, first.failure_type or FailureType.system_error)

    def fail(self, view: int, failure: AirbyteTracedException) -> bool:
        """Give up on a view; return False if the view had failed or ended before."""
        if view in self.failures or view in self._ended:
            return False
        self.failures[view] = failure
        return True

    def wants(self, views: Iterable[int]) -> bool:
        """Whether any of `views` has not failed."""
        return any(view not in self.failures for view in views)

    def end(self, in_flight: Iterable[int], *, more_to_come: bool) -> list[int]:
        """Return the views with nothing left to read, each only once.

        `in_flight` are the views of requests under way. With `more_to_come`, tasks may still turn
        up, and only failed views end.
        """
        flying = set(in_flight)
        over = [
            view
            for view in range(self.count)
            if view not in self._ended
            and (
                view not in flying
                if view in self.failures
                else not (more_to_come or self._tasks[view])
            )
        ]
        self._ended.update(over)
        return over

    @property
    def all_ended(self) -> bool:
        """Whether every view has ended."""
        return len(self._ended) == self.count
