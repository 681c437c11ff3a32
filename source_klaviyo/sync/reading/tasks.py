"""Tasks: senders of requests, for windows and for single items."""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from source_klaviyo.api.retry import RetryState
from source_klaviyo.protocol import Collection, Quota
from source_klaviyo.sync.output.output_queue import Delivery
from source_klaviyo.sync.windows.window_reader import WindowReader
from source_klaviyo.sync.windows.window_view import WantedItem


@dataclass(slots=True, eq=False)
class ItemReader:
    """An item of a page of partition `number`, for each view that needs the item."""

    number: int
    wanted: list[WantedItem] = field(default_factory=list)
    retry: RetryState = field(default_factory=RetryState)
    finished: bool = False

    @property
    def id(self) -> str:
        """The item's id."""
        return self.wanted[0].request.id if self.wanted else ""

    @property
    def view_numbers(self) -> tuple[int, ...]:
        """The views of the item."""
        return tuple(each.view.view for each in self.wanted)

    def end(self) -> None:
        """Ask no further."""
        self.finished = True

    def stop_for(self, views: Container[int]) -> None:
        """Stop reading for `views`."""
        self.wanted = [each for each in self.wanted if each.view.view not in views]

    def ended(self, *, missed: bool) -> Iterator[Delivery]:
        """Yield the windows complete with the item; state leaves a `missed` item's row open."""
        for each in self.wanted:
            if done := each.view.item_ended(each, self.number, missed=missed):
                yield done


Task = WindowReader | ItemReader
"""A sender of a single request at a time."""


def items_of(
    reader: WindowReader, deliveries: Sequence[Delivery], collection: Collection
) -> Iterable[ItemReader]:
    """Return readers of the items of a page; views that need the same item share a reader.

    A row that changes while Klaviyo makes the page may be on the page twice.
    """
    readers: dict[tuple[int, str, int], ItemReader] = {}
    views = {each.view: each for each in reader.views}
    for delivery in deliveries:
        if delivery.view not in views:
            continue
        kind, times = collection.items_like(delivery.view), Counter[str]()
        for wanted in views[delivery.view].wanted(delivery):
            name = wanted.request.id
            times[name] += 1
            shared = readers.setdefault((kind, name, times[name]), ItemReader(reader.number))
            shared.wanted.append(wanted)
    return readers.values()


@dataclass(slots=True)
class Tally:
    """The cost of a collection so far; requests by the quota that granted them."""

    requests: Counter[Quota] = field(default_factory=Counter)
    retries: int = 0
    throttled: int = 0
    parents_gone: int = 0

    def note_request(self, quota: Quota) -> None:
        """Count a request that `quota` has granted."""
        self.requests[quota] += 1

    def note_retry(self) -> None:
        """Count a request that is sent again."""
        self.retries += 1

    def note_throttled(self) -> None:
        """Count a 429."""
        self.throttled += 1

    def note_parent_gone(self) -> None:
        """Count a parent that was deleted while the sync read its children."""
        self.parents_gone += 1
