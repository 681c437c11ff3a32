"""Which rows have been read lately, so that those that come again are not emitted again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_MOST_IDS = 400_000


@dataclass(slots=True)
class IdMemory:
    """How many rows all readers of a sync may remember together, 64 bytes or so each."""

    left: int = _MOST_IDS

    def take(self, rows: int) -> bool:
        """Reserve room for `rows`; False if there is none left."""
        if rows > self.left:
            return False
        self.left -= rows
        return True

    def give_back(self, rows: int) -> None:
        """Release room."""
        self.left += rows


class SeenRows:
    """Remembers rows by id and cursor: an updated row is another one.

    When `memory` has no room left, nothing more is remembered; rows of a repeated request may come
    twice then.
    """

    def __init__(self, memory: IdMemory) -> None:
        self._memory = memory
        self._taken = 0
        self._rows: set[int] = set()
        self._added: list[Iterable[int]] = []

    def another(self) -> "SeenRows":
        """Return one that remembers nothing yet, in the same memory."""
        return SeenRows(self._memory)

    def add(self, ids: Sequence[str], cursors: Sequence[int | None]) -> None:
        """Remember rows."""
        if self._memory.take(len(ids)):
            self._taken += len(ids)
            self._added.append(_hashes(ids, cursors))

    def forget(self) -> None:
        """Forget all rows."""
        self._memory.give_back(self._taken)
        self._taken = 0
        self._rows.clear()
        self._added.clear()

    def has(self, ids: Sequence[str], cursors: Sequence[int | None]) -> list[bool]:
        """Tell for each row whether it is remembered."""
        if not self._taken:
            return [False] * len(ids)
        for added in self._added:  # most pages are never asked about
            self._rows.update(added)
        self._added.clear()
        return [each in self._rows for each in _hashes(ids, cursors)]


def _hashes(ids: Sequence[str], cursors: Sequence[int | None]) -> Iterable[int]:
    return map(hash, zip(ids, cursors or [None] * len(ids), strict=True))
