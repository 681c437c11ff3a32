"""The tasks of a collection, and the next request among them."""

from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from source_klaviyo.protocol import Collection, Quota
from source_klaviyo.sync.reading.splitting import Splitter
from source_klaviyo.sync.reading.tasks import Tally, Task
from source_klaviyo.sync.windows.window_reader import WindowReader

_MOST_ITEMS = 1_000
"""Items that wait before pages: an item may hold its row, and has a smaller quota."""


@dataclass(slots=True)
class TaskQueue:
    """Tasks in the order in which they were added, taken as their quotas grant requests.

    In a deferrable collection, windows already begun come first, then the newest. `begun` is told
    of a reader that takes over a part of another's window, `tally` counts requests. `waits_for` is
    the reason of a wait in a word, `quota_pause` the seconds without quota at the last try.

    Example: after `queue.add(reader)`, `queue.next(now)` returns the reader as soon as its quota
    grants a request, and the seconds until another try before.
    """

    collection: Collection
    horizon: Callable[[], int]
    tally: Tally
    begun: Callable[[WindowReader], None]
    in_flight: list[Task] = field(default_factory=list)
    waits_for: str = "latency"
    quota_pause: float = 0.0
    splitter: Splitter = field(default_factory=Splitter)
    _ready: defaultdict[Quota, deque[Task]] = field(default_factory=lambda: defaultdict(deque))
    _postponed: list[Task] = field(default_factory=list)

    @property
    def per_minute(self) -> int:
        """The requests a minute of the smallest quota that tasks have used, or are about to use."""
        return min((quota.per_minute for quota in self._ready), default=0)

    def __len__(self) -> int:
        return len(self.in_flight) + sum(1 for _ in self.waiting())

    def next(self, now: float) -> Task | float | None:
        """Return a task to send its request, or the seconds until another try.

        A task ready for a request comes first; without any, a window under way is split. None
        means that only the end of a request in flight can bring a task.
        """
        self._wake(now)
        pauses = list[float]()
        holds_back = self._waiting_items() >= _MOST_ITEMS
        for quota, tasks in self._ready.items():
            if tasks and not (holds_back and quota is self.collection.quota):
                if not (pause := quota.reserve()):
                    task = max(tasks, key=_urgency) if self.collection.deferrable else tasks[0]
                    tasks.remove(task)
                    return self._sent(task, quota)
                pauses.append(pause)
        found = None
        if not (pauses or holds_back):
            found = self.splitter.choose(self._splittable(), self.horizon())
        if found:
            reader, at = found
            if not (pause := self.collection.quota.reserve()):
                rest = reader.split(at)
                self.begun(rest)
                return self._sent(rest, self.collection.quota)
            pauses.append(pause)
        if pauses:
            self.waits_for, self.quota_pause = "the quota", min(pauses)
        elif self._postponed:
            self.waits_for = "a retry"
            pauses.append(min(task.retry.ready_at for task in self._postponed) - now)
        return min(pauses, default=None)

    def _sent(self, task: Task, quota: Quota) -> Task:
        self.waits_for, self.quota_pause = "latency", 0.0
        self.tally.note_request(quota)
        self.in_flight.append(task)
        return task

    def _waiting_items(self) -> int:
        return sum(
            len(tasks) for quota, tasks in self._ready.items() if quota is not self.collection.quota
        )

    def _splittable(self) -> Sequence[WindowReader]:
        return [
            task for task in self.in_flight if isinstance(task, WindowReader) and task.splittable
        ]

    def _quota_of(self, task: Task) -> Quota:
        if isinstance(task, WindowReader):
            return self.collection.quota
        return self.collection.item_quota(task.view_numbers[0])

    def add(self, task: Task) -> None:
        """Add a task: ready now, or when its retry says so."""
        if task.retry.ready_at:
            self._postponed.append(task)
        else:
            self._ready[self._quota_of(task)].append(task)

    def _wake(self, now: float) -> None:
        """Make tasks ready that have been postponed for long enough."""
        due = [task for task in self._postponed if task.retry.ready_at <= now]
        for task in due:
            task.retry.wake()
            self._postponed.remove(task)
            self.add(task)

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
    return (task.chain.token is not None, task.hi) if isinstance(task, WindowReader) else (True, 0)
