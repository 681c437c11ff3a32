"""What sends requests: readers of windows, and requests for single items."""

from collections import Counter
from collections.abc import Container, Iterator
from dataclasses import dataclass, field

from source_klaviyo.protocol import Extract, ItemRequest, Quota
from source_klaviyo.sync.pagination import RangeReader
from source_klaviyo.sync.range_view import PendingItems, RangeView, ViewStep
from source_klaviyo.sync.retry import RetryState


@dataclass(frozen=True, slots=True)
class WantedItem:
    """What one view needs of an item; `pending` knows what is complete with it."""

    view: RangeView
    request: ItemRequest
    pending: PendingItems


@dataclass(slots=True, eq=False)
class ItemReader:
    """One item of a page that `reader` had, for each view that needs it."""

    reader: RangeReader
    wanted: list[WantedItem] = field(default_factory=list)
    retry: RetryState = field(default_factory=RetryState)
    finished: bool = False

    @property
    def view_numbers(self) -> tuple[int, ...]:
        """The views that the item is for."""
        return tuple(each.view.view for each in self.wanted)

    def stop_for(self, views: Container[int]) -> None:
        """Read for `views` no more."""
        self.wanted = [each for each in self.wanted if each.view.view not in views]

    def completed(self) -> Iterator["Step"]:
        """Count the item as read; yield what is complete with it."""
        for each in self.wanted:
            each.pending.items -= 1
            windows, without_cursor = each.view.completed()
            if windows or without_cursor:
                done = ViewStep(each.view.view, Extract(), windows, without_cursor)
                yield Step(self.reader.number, done.view, done)


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
