"""The tasks of a collection: ready for a request, postponed, or in flight."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from source_klaviyo.protocol import Quota
from source_klaviyo.sync.tasks import Task
from source_klaviyo.sync.window_reader import WindowReader


@dataclass(slots=True)
class TaskQueue:
    """Tasks in the order in which they were added, taken as their quotas grant requests.

    `quota_of` returns the quota of a task's request. With `newest_first`, windows already begun
    come first, then the newest.
    """

    quota_of: Callable[[Task], Quota]
    newest_first: bool = False
    in_flight: list[Task] = field(default_factory=list)
    _ready: defaultdict[Quota, deque[Task]] = field(default_factory=lambda: defaultdict(deque))
    _postponed: list[Task] = field(default_factory=list)

    @property
    def per_minute(self) -> int:
        """The requests a minute of the smallest quota that tasks have used, or are about to use."""
        return min((quota.per_minute for quota in self._ready), default=0)

    def __len__(self) -> int:
        return len(self.in_flight) + sum(1 for _ in self.waiting())

    def add(self, task: Task) -> None:
        """Add a task: ready now, or when its retry says so."""
        if task.retry.ready_at:
            self._postponed.append(task)
        else:
            self._ready[self.quota_of(task)].append(task)

    def wake(self, now: float) -> None:
        """Make tasks ready that have been postponed for long enough."""
        due = [task for task in self._postponed if task.retry.ready_at <= now]
        for task in due:
            task.retry.ready_at = 0.0
            self._postponed.remove(task)
            self.add(task)

    def take(self) -> tuple[tuple[Task, Quota] | None, list[float]]:
        """Return a task with the quota that granted its request, and the pauses of the others."""
        pauses = list[float]()
        for quota, tasks in self._ready.items():
            if tasks:
                pause = quota.reserve()
                if not pause:
                    task = max(tasks, key=_urgency) if self.newest_first else tasks[0]
                    tasks.remove(task)
                    return (task, quota), pauses
                pauses.append(pause)
        return None, pauses

    def seconds_to_retry(self, now: float) -> float | None:
        """Return the seconds until the first postponed task is due, None without any."""
        return min((task.retry.ready_at - now for task in self._postponed), default=None)

    def drop(self, is_wanted: Callable[[Task], bool]) -> set[Task]:
        """Remove waiting tasks that are no longer wanted, and return them."""
        unwanted = {task for task in self.waiting() if not is_wanted(task)}
        for tasks in (self._postponed, *self._ready.values()):
            kept = [task for task in tasks if task not in unwanted]
            tasks.clear()
            tasks.extend(kept)
        return unwanted

    def waiting(self) -> Iterator[Task]:
        """Yield the tasks that are not in flight."""
        yield from self._postponed
        for tasks in self._ready.values():
            yield from tasks

    def readers(self) -> Iterator[WindowReader]:
        """Yield all readers of windows."""
        for task in (*self.in_flight, *self.waiting()):
            if isinstance(task, WindowReader):
                yield task


def _urgency(task: Task) -> tuple[bool, int]:
    return (task.token is not None, task.hi) if isinstance(task, WindowReader) else (True, 0)
