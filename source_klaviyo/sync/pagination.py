"""Reads one window of one partition, page after page."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from source_klaviyo.partition import Partition
from source_klaviyo.protocol import (
    BEGINNING,
    FOREVER,
    Extract,
    Page,
    PageRequest,
    Window,
)
from source_klaviyo.sync.page_size import RangePageSize
from source_klaviyo.sync.range_view import PendingItems, RangeView, ViewStep
from source_klaviyo.sync.retry import RetryState
from source_klaviyo.sync.seen_rows import SeenRows
from source_klaviyo.sync.ties import Ties

FIRST_LOOK_AHEAD = 12
_LONG_AGO = -(2**62)
_MOST_PAGES_WITHOUT_ROWS = 1000
"""By then Klaviyo has sent a thousand pages without a new row: a circle, not a search."""


@dataclass(slots=True, eq=False)
class RangeReader:
    """One window of a partition on its way from `lo` to `hi`, for one or several views.

    `lowest` says that no other reader and no earlier sync reads what lies before the window.
    `ordered` is whether pages ascend by the cursor; it turns false when one shows that they do
    not. `newest_first` is whether they descend. `hi` is lowered when another reader takes over the
    end of the window. `splittable` is whether that may happen at all.

    A `repeat` reads again what may have changed while its collection was read. A reader
    `without_cursor` reads from the end only the rows that have no cursor value.

    The rest is where it stands: `position` is the second up to which everything has been fetched,
    `token` what fetches the next page, None for a first one. For splits it knows how much of the
    cursor's time the last page spanned (`seconds_per_page`; before it has had a page, that of the
    reader that it was split from), how many pages ahead it may be split (`look_ahead`), and how
    many splits lie between it and a reader that has had a page (`unproven`). `filtered` tells that
    a request of it was bounded by the cursor, so that rows without one were left out; `new_rows`
    that it has brought any, `rows_kept` how many with the last page. `horizon` is the second from
    which on no window may begin. `sent` is the request that is under way, or was the last.
    """

    number: int
    partition: Partition
    lo: int
    hi: int
    views: list[RangeView]
    lowest: bool
    ordered: bool
    seen: SeenRows
    page_size: RangePageSize | None = None
    newest_first: bool = False
    splittable: bool = True
    repeat: bool = False
    without_cursor: bool = False
    position: int = field(init=False)
    token: str | None = None
    seconds_per_page: int | None = None
    unproven: int = 0
    look_ahead: int = FIRST_LOOK_AHEAD
    pages_without_rows: int = 0
    retry: RetryState = field(default_factory=RetryState)
    finished: bool = False
    filtered: bool = False
    has_cursor: bool = True
    horizon: int = FOREVER
    left_out: frozenset[str] = frozenset()
    sent: PageRequest | None = None
    rows_kept: int = 0
    new_rows: bool = False
    ties: Ties = field(default_factory=Ties)
    shares_seen: bool = False
    _latest: int = field(init=False)
    _earliest: int | None = None
    _descends: bool = True
    _asked_from: int = _LONG_AGO
    _from_end: bool = True
    _tokens: set[int] = field(default_factory=set)
    _split_under_way: bool = False

    def __post_init__(self) -> None:
        self.position = self.lo
        self._latest = _LONG_AGO

    @property
    def window(self) -> Window:
        """The window that a first request asks for: all of it, or what is left of it."""
        return Window(self.position, self.hi)

    @property
    def view_numbers(self) -> tuple[int, ...]:
        """The views that its pages are for."""
        return tuple(each.view for each in self.views)

    @property
    def new_rows_unlikely(self) -> bool:
        """Whether so many pages in a row were empty that there may be no end to them."""
        return self.pages_without_rows >= _MOST_PAGES_WITHOUT_ROWS

    def begin(self, left_out: frozenset[str]) -> None:
        """Prepare a first request, without the parts `left_out`; the pages after it are alike."""
        self.left_out = left_out
        self._asked_from = _LONG_AGO
        if self.has_cursor and not self.without_cursor and not self.newest_first:
            self._asked_from = self.position if self.position > BEGINNING else _LONG_AGO
            self.filtered = self.filtered or self.window != Window()

    def request(self) -> PageRequest:
        """Return the request for the next page."""
        window, from_end = self.window, self.without_cursor and self._from_end
        if self.without_cursor or self.newest_first:
            window = Window()
        if self.ties.from_end is not None:
            window, from_end = Window(self.ties.from_end, self.ties.from_end + 1), True
        self.sent = PageRequest(
            self.partition,
            window,
            self.view_numbers,
            self.token,
            self.page_size.current if self.page_size else None,
            newest_first=from_end,
            left_out=self.left_out,
        )
        return self.sent

    def accept(self, page: Page, views: Sequence[int]) -> list[ViewStep]:
        """Take in the page that was fetched last for `views`, and move on."""
        self.retry.succeeded()
        self.unproven = 0
        if self.ties.from_end is not None:
            return self._accept_end_of_second(page, views)
        if self.ties.doubted is not None and self._skipped_ties(page):
            self.rows_kept, self.token = 0, None
            return []
        fresh, kept = self._sift(page)
        self.pages_without_rows = 0 if any(fresh) else self.pages_without_rows + 1
        if any(fresh):
            self.retry.restarts = 0
        before = self.position
        reopens = self._observe(page, fresh)
        self.finished = page.next is None or self._is_beyond(page)
        if self.finished and self.without_cursor and self._from_end and page.next:
            # Klaviyo sorts rows without a cursor value first or last, and does not say which.
            self._from_end = self.finished = False
            page = replace(page, next=None)
        completes = self._advance()
        self._move_on(page, before)
        return self._steps(page, views, kept, completes, reopens)

    def restart(self) -> None:
        """Ask anew, from the position on, because the page token leads nowhere."""
        self.token = None
        self.ties.doubted = None
        self._tokens.clear()
        self.retry.restarts += 1

    def ask_anew(self) -> None:
        """Ask for the rest of the window with another request; nothing was wrong with the token."""
        if self._can_go_on_by_position():
            self.token = None

    def leads_back(self, token: str | None) -> bool:
        """Tell whether `token` has been used already: Klaviyo would lead us in a circle."""
        if token is None:
            return False
        if hash(token) in self._tokens:
            return True
        self._tokens.add(hash(token))
        return False

    def split(self, at: int) -> "RangeReader":
        """Give the window from the second `at` on to a new reader, and return that."""
        rest = RangeReader(
            self.number,
            self.partition,
            at,
            self.hi,
            [RangeView(each.view, max(at, each.lo)) for each in self.views],
            lowest=False,
            ordered=True,
            seen=self.seen.another(),
            page_size=self.page_size.another() if self.page_size else None,
            horizon=self.horizon,
            seconds_per_page=self.seconds_per_page,
            unproven=self.unproven + 1,
            look_ahead=self.look_ahead * 2,
        )
        self.hi = at
        self._split_under_way = True
        return rest

    def halve(self) -> "RangeReader | None":
        """Give about half of the rows to a new reader, and return that; None where it cannot be.

        Pages that come in no order cannot be gone on with by time. Where they cannot be followed
        either, windows have to be so small that one page holds each.
        """
        waits_for_items = any(entry.items for view in self.views for entry in view.pending)
        if self.ordered or not self.splittable or self._earliest is None or waits_for_items:
            return None
        # Klaviyo refuses a bound that is not in the past, and rows may lie in the future.
        at = min((self._earliest + self._latest) // 2 + 1, self.horizon)
        if not self.lo < at < self.hi:
            return None
        rest = replace(
            self,
            lo=at,
            views=[replace(each, lo=max(at, each.lo), pending=deque()) for each in self.views],
            lowest=False,
            page_size=self.page_size.another() if self.page_size else None,
            retry=RetryState(),
            ties=Ties(),
            _tokens=set(),
            _earliest=None,
        )
        self.hi = at
        self.shares_seen = rest.shares_seen = True
        self._earliest, self._latest = None, _LONG_AGO
        return rest

    def close(self) -> None:
        """Let go of what it remembers, if that is its own alone."""
        if not self.repeat and not self.without_cursor and not self.shares_seen:
            self.seen.forget()

    def _sift(self, page: Page) -> tuple[list[bool], list[bool]]:
        """Tell of each row whether it is new here, and whether it is to be emitted as well."""
        fresh = self._fresh(page)
        kept = [new and inside for new, inside in zip(fresh, self._inside(page), strict=True)]
        self.rows_kept = sum(kept)
        self.new_rows = self.new_rows or self.rows_kept > 0
        return fresh, kept

    def _fresh(self, page: Page) -> list[bool]:
        """Tell of each row whether it has not come before in this window."""
        cursors = [cursor for cursor in page.cursors if cursor is not None]
        if self.ordered and cursors and len(cursors) == len(page.ids):
            lo, hi = min(cursors), max(cursors)
            known = (
                [False] * len(page.ids)
                if lo > self._latest
                else self.seen.has(page.ids, page.cursors)
            )
            if self._latest < min(hi, self.horizon):
                # What comes again can only be of this page, or of its last second.
                self.seen.forget()
        else:
            known = self.seen.has(page.ids, page.cursors)
        self.seen.add(page.ids, page.cursors)
        # A strict lower bound, widened by a second, lets rows of the second before in again.
        before = [cursor is not None and cursor < self._asked_from for cursor in page.cursors]
        return (
            [not each for each in known]
            if not any(before)
            else [not (each or early) for each, early in zip(known, before, strict=True)]
        )

    def _inside(self, page: Page) -> list[bool]:
        """Tell of each row whether this reader has to emit it, and no other."""
        if not self.has_cursor:
            return [True] * len(page.ids)
        if self.without_cursor:
            return [cursor is None for cursor in page.cursors]
        open_below = self.lowest and (not self.newest_first or self.lo == BEGINNING)
        lo = _LONG_AGO if open_below else self.lo
        return [cursor is None or lo <= cursor < self.hi for cursor in page.cursors]

    def _observe(self, page: Page, fresh: Sequence[bool]) -> Window | None:
        """Take note of the order and density of rows; return what was taken as read wrongly."""
        told = zip(page.cursors, fresh, strict=True) if page.cursors else ()
        cursors = [cursor for cursor, new in told if new and cursor is not None]
        everything = [cursor for cursor in page.cursors if cursor is not None]
        if everything:
            self.seconds_per_page = max(everything) - min(everything)
            before = [] if self._earliest is None else [self._earliest]
            descends = all(a >= b for a, b in pairwise([*before, *everything]))
            self._descends = self._descends and descends and page.sorted
            self._earliest = min([*before, *everything])
        reopens = None
        if self.ordered and not (
            page.sorted and all(a <= b for a, b in pairwise([self._latest, *cursors]))
        ):
            self.ordered = False
            reopens = Window(self.lo, self.position) if self.position > self.lo else None
            self.position = self.lo
        self._latest = max(self._latest, *everything) if everything else self._latest
        return reopens

    def _is_beyond(self, page: Page) -> bool:
        """Tell whether the following pages hold nothing of the window."""
        if self.without_cursor:
            return page.sorted and bool(page.cursors) and page.cursors[-1] is not None
        if self.newest_first:
            return self._descends and self._earliest is not None and self._earliest < self.lo
        return self.ordered and self._latest >= self.hi

    def _advance(self) -> Window | None:
        """Move the position on; return the window that lies behind it now."""
        if not self.has_cursor or self.without_cursor:
            return None
        position = self.position
        if self.finished:
            position = self.hi
        elif self.ordered and self._latest > _LONG_AGO:
            # Klaviyo refuses a bound that is not in the past, and rows may lie in the future.
            position = max(position, min(self._latest, self.hi - 1, self.horizon))
        if position <= self.position:
            return None
        behind = Window(self.position, position)
        self.position = position
        return behind

    def _move_on(self, page: Page, before: int) -> None:
        """Choose how the next page is asked for."""
        self.token = None
        if self.finished:
            return
        self.token = page.next
        if self._is_stuck(page):
            if self._asks_for_more():
                self.token = None
                return
            self.ties.doubted = self.position
        progressed = self.position > before and self._can_go_on_by_position()
        exact = page.exact or self.ties.trusted
        if progressed and (self._split_under_way or not exact):
            # After a split Klaviyo is to leave out what lies behind the new end. And rows of the
            # last second may be missing on the next page where its cursor cannot tell them apart.
            self.token = None
        if progressed or self.token is None:
            self._split_under_way = False
        if self.page_size and self.page_size.changes():
            self.ask_anew()

    def _is_stuck(self, page: Page) -> bool:
        """Tell whether a page ends within the second that it begins with.

        To ask by the position would bring the same page, and `next` may skip the second's rest.
        """
        if page.exact or self.ties.trusted or not self.ordered or not page.cursors:
            return False
        return page.cursors[0] == page.cursors[-1] == self.position

    def _asks_for_more(self) -> bool:
        """Ask for as many rows as Klaviyo serves, once a second; False where that is no more."""
        if not self.page_size or self.ties.enlarged_at == self.position:
            return False
        self.ties.enlarged_at = self.position
        return self.page_size.enlarge()

    def _skipped_ties(self, page: Page) -> bool:
        """Tell whether `page` may lack rows of the second that the page before it ended in.

        If so, that second is to be read from its end, and `page` once more after that.
        """
        second = self.ties.doubted
        known = self.seen.has(page.ids, page.cursors)
        new = [cursor for cursor, old in zip(page.cursors, known, strict=True) if not old]
        if page.next and not new:
            return False  # an empty page says nothing; the next one does
        self.ties.doubted = None
        if second in new:
            self.ties.trusted = True
            return False
        if not self.splittable:
            self.ties.lost = True
            return False
        self.ties.from_end = second
        if self.page_size:
            self.page_size.enlarge()
        return True

    def _accept_end_of_second(self, page: Page, views: Sequence[int]) -> list[ViewStep]:
        """Take in a page of a second's rows that was read from its end.

        The rows between both ends have been read if the ends meet.
        """
        fresh, kept = self._sift(page)
        self.ties.lost = self.ties.lost or bool(page.next and all(fresh))
        second = self.position
        self.position, self.token, self.ties.from_end = second + 1, None, None
        self.finished = self.position >= self.hi
        return self._steps(page, views, kept, Window(second, second + 1))

    def _can_go_on_by_position(self) -> bool:
        return self.ordered and not self.without_cursor and self.position > self.lo

    def _steps(
        self,
        page: Page,
        views: Sequence[int],
        kept: Sequence[bool],
        completes: Window | None,
        reopens: Window | None = None,
    ) -> list[ViewStep]:
        return [
            self._step(each, page, page.extracts[views.index(each.view)], kept, completes, reopens)
            for each in self.views
            if each.view in views
        ]

    def _step(
        self,
        own: RangeView,
        page: Page,
        extract: Extract,
        kept: Sequence[bool],
        completes: Window | None,
        reopens: Window | None,
    ) -> ViewStep:
        if extract.failure:
            return ViewStep(own.view, Extract(), failure=extract.failure)
        if own.lo > self.lo or own.covered:
            pairs = zip(kept, page.cursors, strict=True)
            kept = [keep and own.wants(cursor) for keep, cursor in pairs]
        if not all(kept):
            extract = extract.only(kept)
        if reopens:
            for earlier in own.pending:
                earlier.completes = None
        last = self.without_cursor and self.finished
        pending = PendingItems(len(extract.items), own.clip(completes), without_cursor=last)
        own.pending.append(pending)
        return ViewStep(
            own.view,
            extract,
            *own.completed(),
            own.clip(reopens),
            [(item, pending) for item in extract.items],
        )
