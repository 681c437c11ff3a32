"""Rows read lately, so that repeated rows are not emitted again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_MOST_IDS = 400_000


@dataclass(slots=True)
class IdMemory:
    """The number of rows that all readers of a sync may remember together, 64 bytes or so each."""

    left: int = _MOST_IDS

    def take(self, rows: int) -> bool:
        """Reserve room for `rows`; return False without room."""
        if rows > self.left:
            return False
        self.left -= rows
        return True

    def give_back(self, rows: int) -> None:
        """Release room."""
        self.left += rows


class SeenRows:
    """Remembered rows, by id and cursor: an updated row is another row.

    Without room in `memory`, no more rows are remembered; rows of a repeated request may come twice
    then.

    >>> seen = SeenRows(IdMemory())
    >>> seen.add(["a"], [10])
    >>> seen.has(["a", "a", "b"], [10, 11, 10])
    [True, False, False]
    """

    def __init__(self, memory: IdMemory) -> None:
        self._memory = memory
        self._taken = 0
        self._rows: set[int] = set()
        self._added: list[Iterable[int]] = []

    def another(self) -> "SeenRows":
        """Return an empty set of rows in the same memory."""
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
        """Return for each row whether it is remembered."""
        if not self._taken:
            return [False] * len(ids)
        for added in self._added:  # most pages are never looked up
            self._rows.update(added)
        self._added.clear()
        return [each in self._rows for each in _hashes(ids, cursors)]


def _hashes(ids: Sequence[str], cursors: Sequence[int | None]) -> Iterable[int]:
    return map(hash, zip(ids, cursors or [None] * len(ids), strict=True))
