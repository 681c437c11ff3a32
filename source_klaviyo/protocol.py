"""What streams and sync agree on: windows are asked for, pages come back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

BEGINNING = 0
"""Lower bound of a window that reaches back as far as there is data: no lower filter is sent."""

FOREVER = 253_402_300_800
"""Upper bound of a window that is open to the future (the year 10000): no upper filter is sent."""

Scalar = str | bool

Partition = Mapping[str, Scalar]
"""The fixed filter values of one partition, as they stand in state: `{"archived": False}`."""


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A half-open range of cursor time, `[lo, hi)`, in whole seconds since 1970 (UTC)."""

    lo: int = BEGINNING
    hi: int = FOREVER

    def __post_init__(self) -> None:
        if self.lo >= self.hi:
            raise ValueError(f"a window must hold at least one second: [{self.lo}, {self.hi})")

    def __contains__(self, instant: int) -> bool:
        return self.lo <= instant < self.hi


Record = tuple[memoryview, bytes]
"""One record's JSON object in two parts: a piece of the answer as it came, and what follows it.

The piece is copied only once, when the message line is made.
"""


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of the API, taken apart.

    `records` are complete JSON objects, ready to be emitted. `instants` has one entry a record:
    its cursor in whole seconds (rounded down), or None where the record has no cursor value; it
    is empty where the stream has no cursor. `next` fetches the following page, None after the
    last. `opens` are partitions that the page has told of: the parents that are read next. `parts`
    fetch what the page itself is made of, where each of its records takes a request of its own.
    """

    records: list[Record]
    instants: list[int | None]
    next: str | None
    opens: Sequence[Partition] = ()
    parts: Sequence[str] = ()


class Quota(Protocol):
    """What grants requests; a stream may draw on several, for requests of several kinds."""

    @property
    def per_minute(self) -> int:
        """The requests that it grants in a minute, as far as is known by now."""

    def reserve(self) -> float:
        """Take one request: 0 when granted, else the seconds until there may be one."""


class Readable(Protocol):
    """A stream as the sync engine sees it: partitions, windows of them, and their pages."""

    @property
    def name(self) -> str:
        """The stream's name in the catalog."""

    @property
    def cursor_attribute(self) -> str | None:
        """The attribute that is the cursor, None where the stream can only be read whole."""

    @property
    def ordered(self) -> bool:
        """Whether pages ascend by the cursor, so that a window can be cut while it is read."""

    @property
    def newest_first(self) -> bool:
        """Whether pages descend by the cursor: they are read down to the window's start."""

    @property
    def partitions(self) -> Sequence[Partition]:
        """The parts that are read apart, each with its own cursor; `[{}]` if there are none."""

    @property
    def roots(self) -> Sequence[Partition]:
        """Parts that bring no records, only further partitions: where the parents are found."""

    def quota(self, partition: Partition, token: str | None) -> Quota:
        """Return what the request for that page draws on; the same object for the same quota."""

    def fetch(self, partition: Partition, window: Window, token: str | None, attempt: int) -> Page:
        """Fetch a page of one partition: the first of `window`, or the one that `token` names.

        `attempt` counts from 0 the failures of this very request so far. Raises RetryLater,
        PageLost or StreamFailed (see errors.py).
        """
