"""Reads one window of one partition, page after page.

Four rules decide how far a reader goes, and what state may claim:

1. The next page comes by its page cursor where that names the last row (Klaviyo's recorded cursors
   of events, profiles and most others do), otherwise by time, from the last second that has come.
2. A second is complete when a row of a later second has come, or the pages have ended.
3. A page that contradicts the order asked for (Estuary has seen one with archived campaigns) makes
   the whole window open again: nothing is complete until the pages end.
4. Where the rows of one second fill a page, and the page cursor does not name the last row (the
   recorded cursors of forms and web feeds do not), that second is read once from its other end. If
   the ends do not meet, the stream fails.

A row at or behind the horizon is emitted wherever it stands, and says nothing of the order: it has
changed since the sync began.
"""

from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass, field
from enum import Enum

from airbyte_cdk.models import FailureType

from source_klaviyo.api.partition import Partition
from source_klaviyo.api.retry import MOST_DOUBTS, RetryState
from source_klaviyo.errors import StreamFailed
from source_klaviyo.protocol import BEGINNING, Collection, Page, PageRequest, Window
from source_klaviyo.sync.output_queue import Delivery
from source_klaviyo.sync.page_size import RangePageSize
from source_klaviyo.sync.seen_rows import SeenRows
from source_klaviyo.sync.splitting import Density
from source_klaviyo.sync.window_view import Read, WindowView

LONG_AGO = -(2**62)
"""A cursor value before that of any row."""
_LEAST_TO_HALVE = 2
_MOST_EMPTY_PAGES = 1_000
_MOST_KNOWN_PAGES = 20
"""Pages in a row, empty or without a new row, that are taken for the way to further rows."""
_FAR = 3_600
"""Seconds behind the horizon from which on a row lies in the future by no clock's fault."""


class Purpose(Enum):
    """What a reader is for."""

    WINDOW = "all rows of a window"
    LAST = "rows that changed while a full refresh read, wherever they stand"
    NO_CURSOR = "rows without a cursor value, which lie together at one end of the order"


@dataclass(slots=True, eq=False)
class WindowReader:
    """One window `[lo, hi)` of partition `number` on its way, for one or several views.

    `hi` is lowered when another reader takes over the end of the window. Every row before
    `position` has come. `sent` is the request that is under way, or was the last. `failure` says
    why the window cannot be read on. `left_out` are parts that the next page alone is asked for
    without: Klaviyo has refused them, or could not load them.
    Whether Klaviyo sorts rows without a cursor value first or last is not documented: a reader of
    such rows begins `from_other_end` of the order, and looks at `both_ends` where a bound has left
    them out of the ascending pages.

    Example: `request()` is sent, `accept(page, views)` takes its answer in and returns what goes
    out, until `finished`.
    """

    number: int
    partition: Partition
    collection: Collection
    lo: int
    hi: int
    views: list[WindowView]
    tell_horizon: Callable[[], int]
    seen: SeenRows
    recent: SeenRows
    page_size: RangePageSize | None
    purpose: Purpose = Purpose.WINDOW
    from_other_end: bool = False
    both_ends: bool = False
    in_order: bool = field(init=False)
    position: int = field(init=False)
    horizon: int = field(init=False)
    latest: int = LONG_AGO
    density: Density = field(default_factory=Density)
    retry: RetryState = field(default_factory=RetryState)
    left_out: frozenset[str] = frozenset()
    token: str | None = None
    sent: PageRequest | None = None
    finished: bool = False
    failure: StreamFailed | None = None
    filtered: bool = False
    rows_kept: int = 0
    _token_names_row: bool = True
    _token_asked: tuple[int | None, frozenset[str]] = (None, frozenset())
    _asked_from: int = LONG_AGO
    _chain_began: int = LONG_AGO
    _other_end_of: int | None = None
    _tied: Sequence[str | int | None] = ()
    _pages_without_new: int = 0
    _went_by_time: bool = False
    _marked_token: int | None = None
    _chain_pages: int = 0

    def __post_init__(self) -> None:
        self.position, self.horizon = self.lo, self.tell_horizon()
        follows = self.collection.ordered or self.collection.newest_first
        self.in_order = follows and self.purpose is Purpose.WINDOW

    @property
    def ascends(self) -> bool:
        """Whether every row behind the last one has a later cursor value, or the same."""
        return self.in_order and self.collection.ordered

    @property
    def splittable(self) -> bool:
        """Whether another reader could take over the end of the window."""
        return self.ascends and self.collection.bounded_above

    @property
    def frontier(self) -> int:
        """The second of the last row that has come; a split has to lie behind it."""
        return max(self.position, self.latest)

    @property
    def view_numbers(self) -> tuple[int, ...]:
        """The views that its pages are for."""
        return tuple(each.view for each in self.views)

    def request(self, left_out: frozenset[str] = frozenset()) -> PageRequest:
        """Return the request for the next page; `left_out` is what Klaviyo refuses by now."""
        window, from_end = Window(self.position, self.hi), self.from_other_end
        if self.purpose is Purpose.NO_CURSOR or self.collection.newest_first:
            window = Window()
        if self._other_end_of is not None:
            window, from_end = Window(self._other_end_of, self._other_end_of + 1), True
        if self.token is None:
            self._chain_began, self._chain_pages, self._marked_token = self.position, 0, None
            bounded = self.collection.has_cursor and window.lo != BEGINNING
            self._asked_from = window.lo if bounded else LONG_AGO
            self.filtered = self.filtered or (self.collection.has_cursor and window != Window())
        size = self.page_size.current if self.page_size else None
        parts = left_out | self.left_out
        self.sent = PageRequest(
            self.partition,
            window,
            self.view_numbers,
            self.token,
            size,
            newest_first=from_end,
            left_out=parts,
            restated=self.token is not None and (size, parts) != self._token_asked,
        )
        return self.sent

    def accept(self, page: Page, views: Sequence[int]) -> list[Delivery]:
        """Take in the page that was fetched last for `views`, and move on."""
        self.retry.succeeded()
        self.horizon = self.tell_horizon()
        if self._goes_straight_on(page):
            fresh = kept = [True] * len(page.ids)
            ahead: Sequence[int] = ()
        else:
            fresh = self._new_rows(page)
            kept = self._kept(page, fresh)
            ahead = self._rows_ahead(page)
        self._remember(page, kept)
        self.rows_kept = sum(kept)
        self._count_known(page, fresh)
        if self._other_end_of is not None:
            return self._deliver(views, self._second_read(page, fresh, kept))
        self._look_for_ties(page, fresh)
        self.density.observe(page, self.horizon)
        reopens = self._check_order(page, fresh)
        ended = page.next is None or self._is_beyond(page)
        # Pages before those that came in no order have to be asked for as well.
        begins_anew = reopens is not None and self._chain_began > self.lo
        if ended and not begins_anew and self.both_ends:
            self.from_other_end, self.both_ends, begins_anew = False, False, True
        self.finished = ended and not begins_anew
        completes = self._advance()
        self._choose_next(page, begins_anew=begins_anew)
        done = self.purpose is Purpose.NO_CURSOR and self.finished
        return self._deliver(views, Read(page, kept, completes, reopens, done, ahead))

    def ask_by_time(self) -> None:
        """Ask for the rest of the window by time: the page cursor leads nowhere."""
        self.token = None

    def ask_with_less(self, parts: frozenset[str]) -> None:
        """Ask for the next page, and for no other, without `parts` of the request.

        Once that has helped, the following pages are not tried as long with all parts.
        """
        self.left_out = parts
        if parts:
            self.retry.most = MOST_DOUBTS

    def ask_smaller(self) -> None:
        """Ask for the next page in another size: by time, unless the page cursor names the row."""
        if self.token and not self._token_names_row:
            self.token = None

    def split(self, at: int) -> "WindowReader":
        """Give the window from the second `at` on to a new reader, and return that."""
        rest = WindowReader(
            self.number,
            self.partition,
            self.collection,
            at,
            self.hi,
            [each.another() for each in self.views],
            self.tell_horizon,
            self.seen.another(),
            self.recent,
            self.page_size.another() if self.page_size else None,
            density=self.density.beyond_split(),
        )
        self.hi = at
        return rest

    def halve(self) -> "WindowReader | None":
        """Give the second half of what is left to a new reader, and return that; None if none is.

        Klaviyo refuses a bound that is not in the past: nothing is split behind the horizon.
        """
        end = min(self.hi, self.horizon)
        if not self.splittable or end - self.position < _LEAST_TO_HALVE:
            return None
        rest = self.split((self.position + end) // 2)
        for half in (self, rest):
            half.retry = RetryState(most=1, doubts=self.retry.doubts)
        self.token, self.left_out = None, frozenset()
        return rest

    def stop_for(self, views: Container[int]) -> None:
        """Read for `views` no more."""
        self.views = [each for each in self.views if each.view not in views]

    def close(self) -> None:
        """Let go of what it remembers."""
        self.seen.forget()

    # Which rows are new, and which of them this reader emits.

    def _goes_straight_on(self, page: Page) -> bool:
        """Tell at the speed of C whether every row is new, and emitted here: most pages are so."""
        cursors = page.cursors
        if not cursors or None in cursors or self.purpose is not Purpose.WINDOW:
            return False
        told = _told(page)
        first, last = min(told), max(told)
        behind = max(self.latest + 1, self.lo, self._asked_from)
        is_inside = self.in_order and behind <= first and last < min(self.hi, self.horizon)
        return is_inside and self.collection.ordered and len({*page.ids}) == len(page.ids)

    def _rows_ahead(self, page: Page) -> Sequence[int]:
        """Return the numbers of the rows that lie far in the future: events may be dated so."""
        after = self.horizon + _FAR
        return [row for row, at in enumerate(page.cursors) if at is not None and at >= after]

    def _new_rows(self, page: Page) -> list[bool]:
        """Tell of each row whether it has not come before."""
        ids, cursors = page.ids, page.cursors or [None] * len(page.ids)
        known = self.seen.has(ids, cursors)
        if any(self._is_recent(cursor) for cursor in cursors):
            again = self.recent.has(ids, cursors)
            known = [a or b for a, b in zip(known, again, strict=True)]
        early = [cursor is not None and cursor < self._asked_from for cursor in cursors]
        fresh = [not (a or b) for a, b in zip(known, early, strict=True)]
        if len({*ids}) < len(ids):
            fresh = [new and not again for new, again in zip(fresh, _repeated(page), strict=True)]
        return fresh

    def _kept(self, page: Page, fresh: Sequence[bool]) -> list[bool]:
        """Tell of each row whether this reader emits it, and no other."""
        if not self.collection.has_cursor:
            return list(fresh)
        if self.purpose is Purpose.NO_CURSOR:
            return [new and cursor is None for new, cursor in zip(fresh, page.cursors, strict=True)]
        lo = LONG_AGO if self.lo == BEGINNING else self.lo
        return [
            new and (cursor is None or lo <= cursor < self.hi or cursor >= self.horizon)
            for new, cursor in zip(fresh, page.cursors, strict=True)
        ]

    def _remember(self, page: Page, kept: Sequence[bool]) -> None:
        """Remember the rows that are emitted now, and may come again."""
        cursors = page.cursors or [None] * len(page.ids)
        told = _told(page)
        if self.ascends and any(self.latest < cursor < self.horizon for cursor in told[-1:]):
            self.seen.forget()  # what comes again can only be of this page, or of its last second
        self.seen.add(page.ids, cursors)
        if not page.cursors or (None not in cursors and max(told) < self.horizon):
            return
        recent = [
            (name, cursor)
            for name, cursor, keep in zip(page.ids, cursors, kept, strict=True)
            if keep and self._is_recent(cursor)
        ]
        self.recent.add([name for name, _ in recent], [cursor for _, cursor in recent])

    def _is_recent(self, cursor: int | None) -> bool:
        """Tell whether other readers may bring a row as well: no window bounds it."""
        return cursor is None or cursor >= self.horizon

    # How far the window is read.

    def _check_order(self, page: Page, fresh: Sequence[bool]) -> Window | None:
        """Note the last second; return what is open again where a page contradicts the order."""
        told = [
            cursor
            for cursor, new in zip(page.cursors, fresh, strict=False)
            if new and cursor is not None and cursor < self.horizon
        ]
        before = [] if self.latest == LONG_AGO else [self.latest]
        falls = self.collection.newest_first
        agrees = [*before, *told] == sorted([*before, *told], reverse=falls)
        if told:
            self.latest = told[-1] if falls else max([*before, *told])
        if agrees or not self.in_order:
            return None
        self.in_order = False
        reopens = Window(self.lo, self.position) if self.position > self.lo else None
        self.position = self.lo
        return reopens

    def _is_beyond(self, page: Page) -> bool:
        """Tell whether the following pages hold nothing of the window."""
        if self.purpose is Purpose.NO_CURSOR:
            return any(cursor is not None for cursor in page.cursors)
        if not self.in_order or self.latest == LONG_AGO:
            return False
        return self.latest < self.lo if self.collection.newest_first else self.latest >= self.hi

    def _advance(self) -> Window | None:
        """Move the position on; return the window that is complete by that."""
        if self.purpose is Purpose.NO_CURSOR:
            return None
        position = self.position
        if self.finished:
            position = self.hi
        elif self.collection.has_cursor and self.ascends:
            # Klaviyo refuses a bound that is not in the past, and rows may lie in the future.
            position = max(position, min(self.latest, self.hi - 1, self.horizon))
        if position == self.position:
            return None
        complete = Window(self.position, position)
        self.position = position
        self.retry.restarts = 0
        self._went_by_time = False
        return complete

    # How the next page is asked for.

    def _choose_next(self, page: Page, *, begins_anew: bool) -> None:
        self.token = None
        if self.finished or begins_anew:
            return
        resizes = self.page_size is not None and self.page_size.changes()
        by_time = self.ascends and self.position > self._chain_began
        if by_time and (resizes or not page.exact):
            return
        if self._fills_a_second(page):
            self._other_end_of = self.position
            if self.page_size:
                self.page_size.enlarge()
            return
        self.token, self._token_names_row = page.next, page.exact
        if self.sent:
            self._token_asked = self.sent.page_size, self.sent.left_out
        self._note_ties(page)
        if self._leads_back() and not self._goes_by_time():
            self.failure = self._no_end("leads back to a page before")

    def _fills_a_second(self, page: Page) -> bool:
        """Tell whether a page has rows of one second alone, and its cursor may skip more of it."""
        return (
            not page.exact
            and self.splittable
            and self.latest == self.position < self.horizon
            and {*page.cursors} <= {self.position, self.position - 1}
        )

    def _second_read(self, page: Page, fresh: Sequence[bool], kept: Sequence[bool]) -> Read:
        """Take in the rows of a second from its other end; fail if the ends do not meet.

        The ends meet where new rows come first and known ones behind them.
        """
        second, self._other_end_of = self.position, None
        new = sum(fresh)
        if page.next and not (0 < new < len(fresh) and all(fresh[:new])):
            self.failure = self._ties("share a second")
            return Read(page, kept, None)
        self.position, self.latest = second + 1, max(self.latest, second)
        self.finished = self.position >= self.hi
        return Read(page, kept, Window(second, second + 1))

    def _note_ties(self, page: Page) -> None:
        """Note the value that the last rows of a page share, where its cursor names no row."""
        values = [*(page.values or page.cursors)][-2:]
        tied = len(values) > 1 and values[0] == values[1]
        if page.ids:
            self._tied = values[1:] if tied and not page.exact else []

    def _look_for_ties(self, page: Page, fresh: Sequence[bool]) -> None:
        """Fail where a followed page cursor may have passed over rows that share the last value."""
        values = page.values or page.cursors
        new = [value for value, is_new in zip(values, fresh, strict=False) if is_new]
        if not self._tied or not (new or page.next is None):
            return
        if self.sent and self.sent.token and self._tied[0] not in new:
            self.failure = self._ties(f"share the value {self._tied[0]}")
        self._tied = []

    def _count_known(self, page: Page, fresh: Sequence[bool]) -> None:
        """Count pages that bring nothing new; go on by time once, then fail."""
        if any(fresh):
            self._pages_without_new = 0
            return
        self._pages_without_new += 1
        most = _MOST_KNOWN_PAGES if page.ids else _MOST_EMPTY_PAGES
        if self._pages_without_new >= most:
            self._pages_without_new = 0
            if not self._goes_by_time():
                self.failure = self._no_end("brings no new row")

    def _leads_back(self) -> bool:
        """Tell whether page cursors lead in a circle (Brent's algorithm: one cursor is kept)."""
        if self.token is None:
            return False
        named = hash(self.token)
        if named == self._marked_token:
            return True
        self._chain_pages += 1
        if self._chain_pages & (self._chain_pages - 1) == 0:
            self._marked_token = named
        return False

    def _goes_by_time(self) -> bool:
        """Drop the page cursor, once; False where that was tried before."""
        if self._went_by_time or self.purpose is not Purpose.WINDOW:
            return False
        self.token, self._went_by_time = None, True
        return True

    def _no_end(self, what: str) -> StreamFailed:
        advice = f"Klaviyo sends page after page of {self.collection.name}, and each {what}."
        return StreamFailed(advice, FailureType.system_error)

    def _ties(self, what: str) -> StreamFailed:
        return StreamFailed(
            f"More rows of {self.collection.name} {what} than fit on a page, and Klaviyo's page"
            " cursors do not tell them apart.",
            FailureType.system_error,
        )

    def _deliver(self, views: Sequence[int], read: Read) -> list[Delivery]:
        extracts = dict(zip(views, read.page.extracts, strict=True))
        return [
            each.deliver(self.number, read, extracts[each.view])
            for each in self.views
            if each.view in extracts
        ]


def _told(page: Page) -> list[int]:
    """Return the cursors of the rows that have any."""
    return [cursor for cursor in page.cursors if cursor is not None]


def _repeated(page: Page) -> list[bool]:
    """Tell of each row whether the same one stands before it on the page."""
    before = set[tuple[str, int | None]]()
    found = []
    for row in zip(page.ids, page.cursors or [None] * len(page.ids), strict=True):
        found.append(row in before)
        before.add(row)
    return found
