"""Checkpoints keep how far a partition has been written for a stream; state follows from them."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from source_klaviyo.protocol import BEGINNING, FOREVER, Window
from source_klaviyo.sync.state.horizon import MARGIN
from source_klaviyo.sync.state.ranges import clip, merge, reach, subtract
from source_klaviyo.sync.state.stream_state import CursorState

_MOST_AHEAD = 1_000
"""Rows in the future that a partition's state names; further ones are written by each sync."""
_FAR = 3_600
"""Seconds behind the start of a sync from which on a row lies in the future by no clock's fault."""


class Checkpoint(ABC):
    """The progress of one stream in one partition.

    Only the thread that writes the records changes a checkpoint. `rows_without_cursor` says that
    rows without a cursor value are still to be read: no window brings such rows.
    """

    rows_without_cursor: bool

    @abstractmethod
    def missing(self) -> list[Window]:
        """Return the windows to read in this sync."""

    @abstractmethod
    def complete(self, window: Window) -> None:
        """Note that every record of `window` has been written."""

    @abstractmethod
    def reopen(self, window: Window) -> None:
        """Note that `window` may lack records after all."""

    def complete_without_cursor(self) -> None:
        """Note that every record without a cursor value has been written."""
        self.rows_without_cursor = False

    def reopen_without_cursor(self) -> None:
        """Note that a record without a cursor value may be lacking."""
        self.rows_without_cursor = True

    def refuse(self) -> None:  # noqa: B027  most checkpoints keep nothing of a refusal
        """Note that Klaviyo serves no such partition: the next attempt asks again."""


@dataclass(slots=True)
class WholeCheckpoint(Checkpoint):
    """A partition of a stream without a cursor, read as a whole or not at all.

    Once the partition is read, the watermark of `state` is the moment at which the attempt `began`.
    """

    state: CursorState
    began: int
    rows_without_cursor: bool = True

    def missing(self) -> list[Window]:
        """Return the whole partition, or nothing."""
        return [Window()] if self.state.watermark is None else []

    def complete(self, window: Window) -> None:
        """Note that every record has been written, if `window` is the whole."""
        if window == Window():
            self.state = CursorState(self.began)

    def reopen(self, window: Window) -> None:
        """Note that records may be lacking: the partition is to be read anew."""
        del window
        self.state = CursorState()

    def current(self, horizon: int) -> CursorState:
        """Return the state to keep now."""
        del horizon
        return self.state


@dataclass(slots=True)
class CursorCheckpoint(Checkpoint):
    """The windows of one partition whose records have all been written.

    `state` is where the last sync left off, `start` the earliest cursor value to read at all,
    `lookback` the seconds before the watermark to read again, and `began` the time at which this
    sync started, all in seconds.

    >>> checkpoint = CursorCheckpoint(CursorState(100), start=0, lookback=0, began=1_000)
    >>> checkpoint.complete(Window(100, 300))
    >>> checkpoint.missing()[0].lo, checkpoint.current(horizon=995).watermark
    (300, 300)
    """

    state: CursorState
    start: int
    lookback: int
    began: int
    low: int = field(init=False)
    rows_without_cursor: bool = field(init=False)
    _completed: list[Window] = field(init=False)
    _ahead: dict[str, int] = field(init=False)

    def __post_init__(self) -> None:
        watermark = self.state.watermark
        self._ahead = dict(self.state.ahead)
        self.low = self.start
        if watermark is not None:
            # A watermark in the future, as others have written, would be refused as a bound.
            self.low = max(self.start, min(watermark, self.began - MARGIN) - self.lookback)
        is_first = self.state == CursorState() and self.low == BEGINNING
        self.rows_without_cursor = self.state.rows_without_cursor or is_first
        self._completed = subtract(clip(self.state.read, self.low, FOREVER), self._unsettled())

    def _unsettled(self) -> list[Window]:
        """Return the seconds that an interrupted sync read too early for the look-back.

        A late row is sure to be seen only if a sync reads the row's second `lookback` seconds later
        or more. The next sync looks back from the start of this sync, so seconds before, younger
        than the look-back when the interrupted sync began, would never be read at full age.
        """
        since = self.state.since
        if since is None or since >= self.began:
            return []
        return [Window(since - self.lookback, self.began - self.lookback)]

    def missing(self) -> list[Window]:
        """Return the windows still to be read, the last of them open to the future."""
        return subtract([Window(self.low, FOREVER)], self._completed)

    def complete(self, window: Window) -> None:
        """Note that every record of `window` has been written."""
        self._completed = merge([*self._completed, window])

    def reopen(self, window: Window) -> None:
        """Note that `window` may lack records after all, even before the watermark."""
        if self.start <= window.lo < self.low:
            earlier = Window(max(0, window.lo - 1), self.low)  # so a second is left before the hole
            self._completed = merge([*self._completed, earlier])
            self.low, self.state = earlier.lo, replace(self.state, watermark=None)
        self._completed = subtract(self._completed, [window])

    def has_written(self, name: str, cursor: int) -> bool:
        """Tell whether a row in the future has been written before; all threads may ask."""
        return self._ahead.get(name) == cursor

    def note_ahead(self, rows: Iterable[tuple[str, int]]) -> None:
        """Note the ids and cursors of written rows that lie far in the future."""
        for name, cursor in rows:
            if self.began + _FAR <= cursor < FOREVER and len(self._ahead) < _MOST_AHEAD:
                self._ahead[name] = cursor

    def current(self, horizon: int) -> CursorState:
        """Return the state to keep now, never beyond `horizon`."""
        reached = reach(self._completed, self.low)
        ahead = tuple((name, at) for name, at in self._ahead.items() if at >= horizon)
        if reached >= horizon:
            without = self.rows_without_cursor
            return CursorState(horizon, rows_without_cursor=without, ahead=ahead)
        known = self.state.watermark
        watermark = reached if reached > self.low else None
        if known is not None:
            watermark = max(min(known, horizon), watermark or 0)
        floor = self.low if watermark is None else max(self.low, watermark - self.lookback)
        # Klaviyo's clock may be behind this machine's: the sync began by the later reckoning.
        began = min(self.began, horizon + MARGIN)
        read = tuple(clip(self._completed, floor, horizon))
        return CursorState(watermark, began, read, self.rows_without_cursor, ahead)
