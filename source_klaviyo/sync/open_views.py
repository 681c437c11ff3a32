"""Which views of a collection are still to be read for."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from airbyte_cdk.utils.traced_exception import AirbyteTracedException


@dataclass(slots=True)
class OpenViews:
    """The views by their number, up to `count`. Each ends by itself: complete, or failed.

    `failures` has those that have failed, and why.
    """

    count: int
    failures: dict[int, AirbyteTracedException] = field(default_factory=dict)
    _tasks: Counter[int] = field(default_factory=Counter)
    _ended: set[int] = field(default_factory=set)

    def numbers(self) -> tuple[int, ...]:
        """Return the views that have neither ended nor failed."""
        done = self._ended | self.failures.keys()
        return tuple(view for view in range(self.count) if view not in done)

    def task_added(self, views: Iterable[int]) -> None:
        """Note that one more task is to bring something for `views`."""
        self._tasks.update(views)

    def task_removed(self, views: Iterable[int]) -> None:
        """Note that a task will bring nothing more for `views`."""
        self._tasks.subtract(views)

    def fail(self, view: int, failure: AirbyteTracedException) -> bool:
        """Give up on a view; False where it had failed or ended before."""
        if view in self.failures or view in self._ended:
            return False
        self.failures[view] = failure
        return True

    def wants(self, views: Iterable[int]) -> bool:
        """Tell whether one of `views` has not failed."""
        return any(view not in self.failures for view in views)

    def end(self, in_flight: Iterable[int], *, more_to_come: bool) -> list[int]:
        """Return the views that nothing is left to read for, each only once.

        `in_flight` are the views that requests are under way for. With `more_to_come`, tasks may
        still turn up, and only failed views end.
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
