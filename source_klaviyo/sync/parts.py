"""The partitions of one stream in a sync, and how far each has been read."""

from collections.abc import Callable
from dataclasses import dataclass, field

from source_klaviyo.protocol import BEGINNING, FOREVER, Partition, Readable
from source_klaviyo.sync.chain import Chain
from source_klaviyo.sync.ledger import Ledger
from source_klaviyo.sync.state import LoadedState, StreamState, dump, partition_key


@dataclass(slots=True, eq=False)
class Parts:
    """Numbers the partitions of `readable` and keeps a ledger for each that has a cursor.

    `loaded` is the state of the last sync, `begin` makes the ledger of a partition from it;
    `keeps_state` is false for a full refresh.
    """

    readable: Readable
    loaded: LoadedState
    begin: Callable[[Partition], Ledger]
    keeps_state: bool
    _partitions: list[Partition] = field(default_factory=list)
    _ledgers: list[Ledger | None] = field(default_factory=list)
    _opened: set[str] = field(default_factory=set)

    def start(self) -> list[Chain]:
        """Return the chains to begin with."""
        roots = [self._whole(partition) for partition in self.readable.roots]
        return [
            *roots,
            *(c for partition in self.readable.partitions for c in self.open(partition)),
        ]

    def open(self, partition: Partition) -> list[Chain]:
        """Return the chains that read `partition`, one for each window that is missing.

        A parent turns up twice where the listing had to be asked anew or changed meanwhile; there
        is nothing left to open then.
        """
        if partition_key(partition) in self._opened:
            return []
        self._opened.add(partition_key(partition))
        if self.readable.cursor_attribute is None:
            return [self._whole(partition)]
        ledger = self.begin(partition)
        number = self._add(partition, ledger)
        return [
            Chain(
                number,
                window.lo,
                window.hi,
                lowest=window.lo == ledger.low,
                ordered=self.readable.ordered,
                newest_first=self.readable.newest_first,
            )
            for window in ledger.missing()
        ]

    def partition(self, number: int) -> Partition:
        """Return the partition with that number."""
        return self._partitions[number]

    def ledger(self, number: int) -> Ledger | None:
        """Return the ledger of the partition with that number, None where it has no cursor."""
        return self._ledgers[number]

    def state(self, horizon: int, *, complete: bool) -> StreamState:
        """Return the stream's state; it never passes `horizon`.

        Until the stream is `complete`, parents that have not turned up yet keep their state.
        """
        cursor = self.readable.cursor_attribute or ""
        current = [
            (partition, ledger.current(horizon))
            for partition, ledger in zip(self._partitions, self._ledgers, strict=True)
            if ledger
        ]
        if not self.readable.roots:
            return dump(current, cursor)
        kept = [] if complete else self.loaded.without(self._partitions)
        return dump([*current, *kept], cursor, always_listed=True)

    def _whole(self, partition: Partition) -> Chain:
        number = self._add(partition, None)
        return Chain(number, BEGINNING, FOREVER, lowest=True, ordered=False)

    def _add(self, partition: Partition, ledger: Ledger | None) -> int:
        self._ledgers.append(ledger)
        self._partitions.append(partition)
        return len(self._partitions) - 1
