"""Deletes of a stream: rows whose ids were written and are missing in a listing of Klaviyo's.

Klaviyo names no deletes. State holds the ids of the rows that the destination may have:

    "deletes": {"listed": "2026-11-23T09:00:00+00:00", "ids": "eJwz…"}

`listed` is the start of the last listing of all ids that was compared to its end; without `listed`,
state lacks some of the written ids. `ids` are the names of rows, sorted, joined by line breaks, and
compressed (zlib, base64): 16.4 bytes a ULID before base64. `late` has the cursors of rows that lie
in the future. `{"too_many": true}` says that deletes are not followed.

`going`, packed as well, names rows whose tombstones may have been written: a kill can come between
a tombstone and the state after it. If such a row is listed, it has come back, though its id is
known.

An id stands in a state before its record is on stdout, or a kill between the two could hide a
delete for ever: the destination would have a row that no state names. The early id claims nothing:
a row that Klaviyo still has is no candidate, and a tombstone for a row that never came does
nothing.
"""

import binascii
import logging
import zlib
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from source_klaviyo.api.documents.document import second
from source_klaviyo.api.partition import Partition
from source_klaviyo.sync.state.stream_state import DELETES, Json, StreamState, written

logger = logging.getLogger("airbyte")

MOST_IDS: Final = 10_000
MOST_BYTES: Final = 250_000
"""The most ids, and characters of packed ids, in the state of a stream."""

Rows = Iterable[tuple[str, int | None]]
"""Names of rows with their cursors, in seconds since 1970."""
Reopen = Callable[[Partition, int | None], None]
"""Called with a partition and a second to read again; None means the rows without a cursor
value."""


@dataclass(slots=True, eq=False)
class Deletes:
    """The ids of a stream: known, listed, and gone.

    `began` is this sync's start in seconds since 1970, `every` the interval of listings in seconds.
    With `finds_returns` every listed row has a record, so an unknown listed row has come back. Only
    the writing thread changes the known ids; listed ids are noted under the scheduler's lock.

    >>> deletes = Deletes.load("tags", {}, began=1_000_000, every=86_400)
    >>> deletes.announce([("T1", None)], horizon=999_995), deletes.is_due()
    (True, False)
    """

    stream: str
    began: int
    every: int
    finds_returns: bool = True
    listed_at: int | None = None
    too_many: bool = False
    _known: set[str] = field(default_factory=set)
    _late: dict[str, int] = field(default_factory=dict)
    _before: frozenset[str] = frozenset()
    _going: set[str] = field(default_factory=set)
    _listed: dict[str, tuple[Partition, int | None]] = field(default_factory=dict)

    @classmethod
    def load(
        cls,
        stream: str,
        state: StreamState,
        began: int,
        every: int,
        *,
        finds_returns: bool = True,
    ) -> "Deletes":
        """Return the ids in `state`; a first state knows all written ids, which are none.

        Raises ValueError for anything that `to_json` does not write.
        """
        if not state:
            return cls(stream, began, every, finds_returns, listed_at=began)
        found = state.get(DELETES, {})
        if not isinstance(found, Mapping):
            raise ValueError("`deletes` is not an object")  # noqa: TRY004  as in state.py
        late, listed = found.get("late", {}), found.get("listed")
        known = _unpacked(found.get("ids", ""))
        return cls(
            stream,
            began,
            every,
            finds_returns,
            listed_at=second(listed) if isinstance(listed, str) else None,
            too_many=found.get("too_many") is True,
            _known=known,
            _late={name: second(str(at)) for name, at in late.items()}
            if isinstance(late, Mapping)
            else {},
            _before=frozenset(known),
            _going=_unpacked(found.get("going", "")),
        )

    def is_due(self) -> bool:
        """Whether this sync lists all ids. Logs a warning if deletes are not followed."""
        if self.too_many:
            self._tell_of_too_many()
            return False
        return self.listed_at is None or self.began - self.listed_at >= self.every

    def to_json(self, horizon: int) -> Json:
        """Return the ids as JSON for state; `late` are cursors at or behind the `horizon`."""
        packed = "" if self.too_many else _packed(self._known)
        if self.too_many or len(packed) > MOST_BYTES:
            self._give_up()
            return {"too_many": True}
        found: dict[str, Json] = {"ids": packed}
        if self.listed_at is not None:
            found["listed"] = written(self.listed_at)
        if self._going:
            found["going"] = _packed(self._going)
        late = {name: written(at) for name, at in self._late.items() if at >= horizon}
        return {**found, "late": late} if late else found

    # Written rows.

    def announce(self, rows: Rows, horizon: int) -> bool:
        """Note rows before they are written; return whether a state has to come before them."""
        if self.too_many:
            return False
        before = len(self._known)
        for name, cursor in rows:
            self._known.add(name)
            if cursor is not None and cursor >= horizon:
                self._late[name] = max(cursor, self._late.get(name, cursor))
        if len(self._known) > MOST_IDS:
            self._give_up()
        return len(self._known) > before

    def announce_gone(self, names: Sequence[str]) -> bool:
        """Note tombstones before they are written; return whether a state has to come before them.

        The first state names all candidates: a state for each tombstone would be a lot of output.
        """
        if self._going.issuperset(names):
            return False
        self._going.update(names, self._missing)
        return True

    def forget(self, names: Iterable[str]) -> None:
        """Note rows whose tombstones have been written."""
        for name in names:
            self._known.discard(name)
            self._late.pop(name, None)
            self._going.discard(name)

    def _give_up(self) -> None:
        if not self.too_many:
            self._tell_of_too_many()
        self.too_many = True
        self._known.clear()
        self._going.clear()

    def _tell_of_too_many(self) -> None:
        logger.warning(
            "%s: deletes are not followed, because its state would exceed %d ids, or %d kB."
            " A full refresh now and then removes rows deleted in Klaviyo.",
            self.stream,
            MOST_IDS,
            MOST_BYTES // 1000,
        )

    # Listed rows, and the candidates.

    def note_listed(self, partition: Partition, rows: Rows) -> None:
        """Note rows of a partition of the stream that Klaviyo has listed."""
        if len(self._listed) <= MOST_IDS:
            self._listed.update((name, (partition, cursor)) for name, cursor in rows)

    def candidates(self) -> Sequence[Partition]:
        """Return the rows that may be gone, each as a partition of the collection of checks.

        `like` is a listed row of the same kind, `after` the row's own cursor.
        """
        if len(self._listed) > MOST_IDS:
            return []
        like = {_kind(name): name for name in self._listed}
        return [self._candidate(name, like.get(_kind(name))) for name in sorted(self._missing)]

    @property
    def _missing(self) -> frozenset[str]:
        """The rows that an earlier sync has written, and the listing lacks."""
        return self._before - self._listed.keys()

    def _candidate(self, name: str, like: str | None) -> Partition:
        found = {"id": name}
        if like is not None:
            found["like"] = like
        if (late := self._late.get(name)) is not None:
            found["after"] = written(late)
        return found

    def finish(self, reopen: Reopen) -> None:
        """Note that all candidates have been checked, after everything has been read and listed.

        If all ids were known, an unknown listed row has come back: the row is read again. So has a
        listed row whose tombstone may have been written.
        """
        if self.too_many or len(self._listed) > MOST_IDS:
            self._give_up()
        elif self.finds_returns and self.listed_at is None:
            self.announce(((name, None) for name in self._listed), 0)
        elif self.finds_returns:
            for name, (partition, cursor) in self._listed.items():
                if name not in self._known or name in self._going:
                    reopen(partition, cursor)
        self._going.clear()
        self.listed_at = self.began


def _kind(name: str) -> str:
    """Return the first part of a name of several parts: the type of a tagged resource."""
    first, space, _ = name.partition(" ")
    return first if space else ""


def _packed(names: Iterable[str]) -> str:
    return b64encode(zlib.compress("\n".join(sorted(names)).encode(), 6)).decode()


def _unpacked(packed: Json) -> set[str]:
    if not isinstance(packed, str):
        raise ValueError("`ids` is not a text")  # noqa: TRY004  as in state.py
    try:
        names = zlib.decompress(b64decode(packed, validate=True)).decode() if packed else ""
    except (binascii.Error, zlib.error) as garbage:
        raise ValueError("`ids` cannot be unpacked") from garbage
    return set(names.split("\n")) if names else set()
