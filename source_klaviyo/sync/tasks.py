"""What sends requests: readers of windows, and requests for single items."""

from collections import Counter
from dataclasses import dataclass, field

from source_klaviyo.protocol import ItemRequest, Quota
from source_klaviyo.sync.pagination import RangeReader
from source_klaviyo.sync.range_view import PendingItems, RangeView, ViewStep
from source_klaviyo.sync.retry import RetryState


@dataclass(slots=True, eq=False)
class ItemReader:
    """One item of a page: `pending` knows what is complete with it, `reader` had the page."""

    view: RangeView
    item: ItemRequest
    pending: PendingItems
    reader: RangeReader
    retry: RetryState = field(default_factory=RetryState)
    finished: bool = False


Task = RangeReader | ItemReader
"""What sends one request at a time."""


@dataclass(frozen=True, slots=True)
class Step:
    """What a finished request means for one view: rows to emit, and what is complete by them."""

    partition: int
    view: int
    page: ViewStep


@dataclass(slots=True)
class Tally:
    """What a collection has cost so far; requests by the quota that granted them."""

    requests: Counter[Quota] = field(default_factory=Counter)
    retries: int = 0
    throttled: int = 0
    parents_gone: int = 0


def views_of(task: Task) -> tuple[int, ...]:
    """Return the numbers of the views that a task is for."""
    return task.view_numbers if isinstance(task, RangeReader) else (task.view.view,)
