"""Partitions of a collection, waiting for their turn."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from source_klaviyo.api.partition import Partition

_MOST_OPEN = 100
"""Parents whose children are read at the same time: more than there are workers."""


@dataclass(slots=True)
class PartitionQueue:
    """A queue of partitions; children of a listing wait while too many are under way.

    A listing may bring a hundred thousand parents within a minute: until its turn, each costs only
    its id. `listings` is the number of listings of parents that have not ended.

    A row that is archived or hidden during the sync leaves a partition for another, and Klaviyo may
    not change its cursor. So hidden partitions come last, when nothing is under way.

    >>> queue = PartitionQueue([{"archived": True}, {"archived": False}])
    >>> queue.next(under_way=0), queue.next(under_way=1), queue.next(under_way=0)
    ({'archived': False}, None, {'archived': True})
    """

    known: Sequence[Partition]
    listings: int = 0
    _waiting: deque[Partition] = field(init=False)
    _hidden: list[Partition] = field(init=False)

    def __post_init__(self) -> None:
        self._hidden = [each for each in self.known if True in each.values()]
        self._waiting = deque(each for each in self.known if each not in self._hidden)

    def __len__(self) -> int:
        return len(self._waiting) + len(self._hidden)

    @property
    def may_bring_more(self) -> bool:
        """Whether a partition waits, or may still turn up."""
        return bool(self.listings or self._waiting or self._hidden)

    def expect(self, listings: int) -> None:
        """Note how many listings will add partitions."""
        self.listings = listings

    def listing_ended(self) -> None:
        """Note that a listing will add no more."""
        self.listings -= 1

    def add(self, partition: Partition) -> None:
        """Add a partition behind all others."""
        self._waiting.append(partition)

    def next(self, under_way: int) -> Partition | None:
        """Return the next partition, None if none may begin while so many are `under_way`."""
        if not self._waiting and not under_way:
            self._waiting.extend(self._hidden)
            self._hidden.clear()
        if not self._waiting or (not self.known and under_way >= _MOST_OPEN):
            return None
        return self._waiting.popleft()
