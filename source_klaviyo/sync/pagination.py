"""Reads one window of one partition, page after page."""

from collections.abc import Container, Sequence
from dataclasses import dataclass, field, replace

from source_klaviyo.partition import Partition
from source_klaviyo.protocol import BEGINNING, FOREVER, Page, PageRequest, Window
from source_klaviyo.sync.density import Density
from source_klaviyo.sync.new_rows import NewRows
from source_klaviyo.sync.page_chain import PageChain
from source_klaviyo.sync.page_order import LONG_AGO, PageOrder
from source_klaviyo.sync.page_size import RangePageSize
from source_klaviyo.sync.range_view import RangeView, Read, ViewStep
from source_klaviyo.sync.retry import RetryState
from source_klaviyo.sync.rows_without_cursor import RowsWithoutCursor
from source_klaviyo.sync.ties import Ties

_MOST_PAGES_WITHOUT_ROWS = 1000
"""By then Klaviyo has sent a thousand pages without a new row: a circle, not a search."""


@dataclass(slots=True, eq=False)
class RangeReader:
    """One window of a partition on its way from `lo` to `hi`, for one or several views.

    `lowest` says that no other reader and no earlier sync reads what lies before the window. `hi`
    is lowered when another reader takes over the end of the window. `splittable` is whether that
    may happen at all, `bounded_above` whether Klaviyo can leave out what lies behind the end. No
    window may begin at the `horizon` or later.

    There are three special kinds. One that reads `newest_first` gets pages that descend by the
    cursor. A `repeat` reads again what may have changed while its collection was read. A reader
    `without_cursor` reads, from the end, only the rows that have no cursor value.

    The rest is where it stands. `position` is the second up to which everything has been fetched,
    `chain` the pages that follow each other. `sent` is the request that is under way, or was the
    last. `filtered` tells that rows without a cursor value may have been left out:
    a request was bounded by the cursor, or a page ended among them. `new_rows` tells that it has
    brought any, `rows_kept` how many with the last page.
    """

    number: int
    partition: Partition
    lo: int
    hi: int
    views: list[RangeView]
    horizon: int
    lowest: bool
    order: PageOrder
    rows: NewRows
    page_size: RangePageSize | None = None
    has_cursor: bool = True
    bounded_above: bool = True
    splittable: bool = True
    newest_first: bool = False
    repeat: bool = False
    without_cursor: bool = False
    density: Density = field(default_factory=Density)
    ties: Ties = field(default_factory=Ties)
    nulls: RowsWithoutCursor = field(default_factory=RowsWithoutCursor)
    retry: RetryState = field(default_factory=RetryState)
    position: int = field(init=False)
    chain: PageChain = field(default_factory=PageChain)
    left_out: frozenset[str] = frozenset()
    sent: PageRequest | None = None
    finished: bool = False
    filtered: bool = False
    new_rows: bool = False
    rows_kept: int = 0
    pages_without_rows: int = 0
    _ends_beyond: bool = False
    _only_second: int | None = None
    _doubted_token: str | None = None

    def __post_init__(self) -> None:
        self.position = self.lo

    @property
    def window(self) -> Window:
        """The window that a first request asks for: all of it, or what is left of it."""
        return Window(self.position, self.hi)

    @property
    def frontier(self) -> int:
        """The second of the last row that has come; a split has to lie behind it."""
        return max(self.position, self.order.latest)

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
        self.rows.asked_from = LONG_AGO
        if self.has_cursor and not self.without_cursor and not self.newest_first:
            self.rows.asked_from = self.position if self.position > BEGINNING else LONG_AGO
            self.filtered = self.filtered or self.window != Window()

    def request(self) -> PageRequest:
        """Return the request for the next page."""
        window, from_end = self.window, self.without_cursor and self.nulls.newest_first
        if self.without_cursor or self.newest_first:
            window = Window()
        if self.ties.from_end is not None:
            window, from_end = Window(self.ties.from_end, self.ties.from_end + 1), True
        end = window.hi if self.bounded_above else FOREVER
        self.chain.ask(Window(window.lo, end), self._wanted_size)
        self.sent = PageRequest(
            self.partition,
            window,
            self.view_numbers,
            self.chain.token,
            self.chain.size,
            newest_first=from_end,
            left_out=self.left_out,
        )
        return self.sent

    def accept(self, page: Page, views: Sequence[int]) -> list[ViewStep]:
        """Take in the page that was fetched last for `views`, and move on."""
        self.retry.succeeded()
        if self.ties.from_end is not None:
            return self._accept_end_of_second(page, views)
        if self._skipped_ties(page):
            self.rows_kept = 0
            return []
        ended_beyond, self._ends_beyond = self._ends_beyond, False
        fresh, kept = self._sift(page)
        if self.ties.lost:
            return self._steps(views, Read(self.lo, page, kept, None))
        self.pages_without_rows = 0 if any(fresh) else self.pages_without_rows + 1
        if self._is_held_up(page, fresh):
            self.ties.distrust(page)
            self._read_on_in_another_way()
            return self._steps(views, Read(self.lo, page, kept, None))
        self._note_progress(page)
        before, asked_from = self.position, self.rows.asked_from
        self.density.observe(page, self.horizon)
        reopens = self._observe(page, fresh)
        # Where order was wrongly relied on, what came before the chain of these pages is doubtful,
        # and what was left out as lying beyond the end.
        begins_anew = reopens is not None and (asked_from > self.lo or ended_beyond)
        self.finished = not begins_anew and (page.next is None or self._is_beyond(page))
        if self.finished and self.without_cursor and page.next and None not in page.cursors:
            self.finished = not self._turned_round()
            page = replace(page, next=None)
        completes = self._advance()
        self._move_on(page, before)
        if begins_anew:
            self.chain.token = None
        last = self.without_cursor and self.finished
        return self._steps(views, Read(self.lo, page, kept, completes, reopens, last))

    def restart(self) -> None:
        """Ask anew, from the position on, because the page token leads nowhere."""
        self.chain.restart()
        self.ties.doubted = False
        self.retry.restarts += 1

    def ask_anew(self) -> None:
        """Ask for the rest of the window in smaller pages; nothing was wrong with the token."""
        self.chain.size = self._wanted_size
        if self._can_go_on_by_position():
            self.chain.token = None

    def split(self, at: int) -> "RangeReader":
        """Give the window from the second `at` on to a new reader, and return that."""
        rest = self._beside(Window(at, self.hi))
        rest.density = self.density.beyond_split()
        self.hi = at
        return rest

    def split_before_only_second(self) -> "RangeReader | None":
        """Give what lies before the one second that has come to a new reader, and return that.

        A page of rows that share a second shows no order. Where its page cursor cannot be followed
        either, rows before that second turn up only if they are asked for. None where that is not
        so, or a split cannot be.
        """
        second, self._only_second = self._only_second, None
        if second is None:
            return None
        before = self._beside(Window(self.lo, second))
        before.lowest, self.lowest = self.lowest, False
        self.lo = self.position = second
        for view in self.views:
            view.lo = max(second, view.lo)
        return before

    def halve(self) -> "RangeReader | None":
        """Give about half of the rows to a new reader, and return that; None where it cannot be.

        Pages that come in no order cannot be gone on with by time. Where they cannot be followed
        either, windows have to be so small that one page holds each.
        """
        order = self.order
        waits_for_items = any(entry.items for view in self.views for entry in view.pending)
        if order.ascends or not self.splittable or order.earliest is None or waits_for_items:
            return None
        # Klaviyo refuses a bound that is not in the past, and rows may lie in the future.
        at = min((order.earliest + order.latest) // 2 + 1, self.horizon)
        if not self.lo < at < self.hi:
            return None
        self.rows.shared = True
        rest = replace(
            self,
            lo=at,
            views=[each.beyond(at) for each in self.views],
            lowest=False,
            order=order.begun_anew(),
            rows=replace(self.rows),
            page_size=self.page_size.another() if self.page_size else None,
            retry=RetryState(),
            ties=Ties(),
            nulls=RowsWithoutCursor(),
            density=replace(self.density),
            chain=PageChain(),
        )
        self.hi, self.order = at, order.begun_anew()
        return rest

    def _beside(self, window: Window) -> "RangeReader":
        """Return a new reader of a part of the window, asked for on its own."""
        return RangeReader(
            self.number,
            self.partition,
            window.lo,
            window.hi,
            [each.beyond(window.lo) for each in self.views],
            self.horizon,
            lowest=False,
            order=PageOrder(ascends=True),
            rows=NewRows(self.rows.seen.another(), self.rows.recent),
            page_size=self.page_size.another() if self.page_size else None,
        )

    def stop_for(self, views: Container[int]) -> None:
        """Read for `views` no more."""
        self.views = [each for each in self.views if each.view not in views]

    def close(self) -> None:
        """Let go of what it remembers, if that is its own alone."""
        self.rows.close()

    def _note_progress(self, page: Page) -> None:
        """Begin to count restarts anew where pages lead further than ever before."""
        if self.chain.leads_further(len(page.ids)):
            self.retry.restarts = 0

    def _sift(self, page: Page) -> tuple[list[bool], list[bool]]:
        """Tell of each row whether it is new here, and whether it is to be emitted as well."""
        fresh = self.rows.among(page, self.order, self.horizon)
        inside = self._inside(page)
        kept = [new and is_in for new, is_in in zip(fresh, inside, strict=True)]
        self.rows.remember(page, inside, kept, self.horizon)
        self.rows_kept = sum(kept)
        self.new_rows = self.new_rows or self.rows_kept > 0
        return fresh, kept

    def _inside(self, page: Page) -> list[bool]:
        """Tell of each row whether this reader has to emit it, and no other."""
        if not self.has_cursor:
            return [True] * len(page.ids)
        if self.without_cursor:
            return [cursor is None for cursor in page.cursors]
        open_below = self.lowest and (not self.newest_first or self.lo == BEGINNING)
        lo = LONG_AGO if open_below else self.lo
        inside = [cursor is None or lo <= cursor < self.hi for cursor in page.cursors]
        return inside if all(inside) else self._with_moved_rows(page, inside)

    def _with_moved_rows(self, page: Page, inside: Sequence[bool]) -> list[bool]:
        """Add the rows that have changed while Klaviyo served the page.

        They have a new cursor value at their old place: beyond the end that was asked for, or
        before rows of the window. At their new place they may have been missed.
        """
        last = max((row for row, is_in in enumerate(inside) if is_in), default=-1)
        # Klaviyo may take the end itself for a part of what was asked for. What has changed since
        # the sync began may stand before the end that a window has got meanwhile.
        asked_until = min(self.chain.asked_until + 1, max(self.hi, self.horizon))
        ends = [
            self.hi if row < last and self.order.ascends else asked_until
            for row in range(len(inside))
        ]
        kept = [
            is_in or (cursor is not None and cursor >= end)
            for is_in, cursor, end in zip(inside, page.cursors, ends, strict=True)
        ]
        self._ends_beyond = self.order.ascends and not all(kept)
        return kept

    def _observe(self, page: Page, fresh: Sequence[bool]) -> Window | None:
        """Take note of the order of rows; return what was taken as read, and wrongly."""
        ascended = self.order.ascends
        self.order.observe(page, fresh, self.horizon)
        if self.order.ascends == ascended:
            return None
        reopens = Window(self.lo, self.position) if self.position > self.lo else None
        self.position = self.lo
        return reopens

    def _is_beyond(self, page: Page) -> bool:
        """Tell whether the following pages hold nothing of the window."""
        if self.without_cursor:
            return self.nulls.have_passed(page)
        if self.newest_first:
            earliest = self.order.earliest
            descends = self.order.descends and self.order.is_shown
            return descends and earliest is not None and earliest < self.lo
        return self.order.ascends and self.order.is_shown and self.order.reached >= self.hi

    def _shows_one_second(self) -> bool:
        """Tell whether all rows share a second, behind the window's first, and may be split off."""
        order = self.order
        may_be = self.splittable and order.ascends and not order.is_shown
        return may_be and self.lo < order.latest < self.hi

    def _has_left_window(self, page: Page) -> bool:
        """Tell whether `page` lies behind an end that the window has got since it was asked for.

        The pages after it do as well, unless Klaviyo sorts in another way than it has shown.
        """
        if not self.order.ascends or self.chain.asked_until <= self.hi or not page.ids:
            return False
        return all(cursor is not None and cursor >= self.hi for cursor in page.cursors)

    def _advance(self) -> Window | None:
        """Move the position on; return the window that lies behind it now."""
        if not self.has_cursor or self.without_cursor:
            return None
        position = self.position
        if self.finished:
            position = self.hi
        elif self.order.ascends and self.order.is_shown:
            order = self.order
            reached = order.reached if order.reached > position else order.latest
            # Klaviyo refuses a bound that is not in the past, and rows may lie in the future.
            position = max(position, min(reached, self.hi - 1, self.horizon))
        if position <= self.position:
            return None
        behind = Window(self.position, position)
        self.position = position
        self.chain.position_moved()
        self.retry.restarts = 0
        return behind

    def _move_on(self, page: Page, before: int) -> None:
        """Choose how the next page is asked for."""
        self.chain.token = None
        if self.finished:
            return
        self.chain.follow(page)
        may_be_skipped = self.ties.may_be_skipped(page, self._asked)
        progressed = self.position > before and self._can_go_on_by_position()
        resizes = self.page_size is not None and self.page_size.changes()
        if self._has_left_window(page):
            self.chain.token = None
            return
        if may_be_skipped and not self.ties.trusted and self._shows_one_second():
            self.chain.token, self._only_second = None, self.order.latest
            return
        if progressed and may_be_skipped:
            # Rows of the last second may be missing on the next page. That none were elsewhere is
            # no proof: Klaviyo may sort by finer times than it shows, and skip what is equal.
            self.chain.token = None
        elif may_be_skipped and page.cursors and not self.ties.trusted:
            self._follow_doubtfully(page)
        if resizes and self._can_go_on_by_position():
            self.chain.token = None

    def _follow_doubtfully(self, page: Page) -> None:
        """Follow a token that may skip rows which share the last row's cursor value."""
        last, order = page.cursors[-1], self.order
        if last is None:
            self.filtered = self.has_cursor
        stuck = self.without_cursor or (order.ascends and last == self.position)
        if stuck and self.ties.enlarge(self.position, self.page_size):
            self.chain.token = None
        elif (self.without_cursor and last is None) or order.rises or order.descends:
            self.ties.doubt(page)
            self._doubted_token = self.sent.token if self.sent else None

    def _skipped_ties(self, page: Page) -> bool:
        """Tell whether `page` may lack rows, and have those asked for in another way."""
        if not self.ties.are_skipped(page):
            return False
        self.chain.forget_tokens()
        if self.ties.recheck(self.page_size):
            self.chain.token = self._doubted_token
            self.chain.size = self._wanted_size
            return True
        self._read_on_in_another_way()
        return not self.ties.lost

    def _is_held_up(self, page: Page, fresh: Sequence[bool]) -> bool:
        """Tell whether pages bring the first rows of one value again and again."""
        followed = self.sent is not None and self.sent.token is not None
        repeats = self.ties.repeat(page, fresh, followed=followed)
        return repeats and not page.exact and len({*page.cursors}) == 1

    def _read_on_in_another_way(self) -> None:
        """Have the last row's second read from its end, in largest pages; otherwise rows are lost.

        Klaviyo refuses a bound that is not in the past: a second of the last moments has no end.
        """
        self.chain.token = None
        if self.ties.second == self.position and self.splittable and self.order.ascends:
            self.ties.from_end = self.position
            if self.page_size:
                self.page_size.enlarge()
        else:
            # Where the pages began with such rows, they would come last from the other end.
            self.ties.lost = not (self.nulls.began_with_others and self._turned_round())

    def _turned_round(self) -> bool:
        """Read rows without a cursor value from the other end; False where that is of no use."""
        if not (self.without_cursor and self.nulls.newest_first) or self.ties.lost:
            return False
        self.nulls, self.ties = RowsWithoutCursor(newest_first=False), Ties()
        return True

    def _accept_end_of_second(self, page: Page, views: Sequence[int]) -> list[ViewStep]:
        """Take in a page of a second's rows that was read from its end."""
        fresh, kept = self._sift(page)
        self.ties.lost = self.ties.lost or not self.ties.ends_meet(page, self._asked, fresh)
        second = self.position
        self.position, self.chain.token, self.ties.from_end = second + 1, None, None
        self.pages_without_rows = 0
        self.finished = self.position >= self.hi
        completes = None if self.ties.lost else Window(second, second + 1)
        return self._steps(views, Read(self.lo, page, kept, completes))

    @property
    def _wanted_size(self) -> int | None:
        """The size of pages to ask for, None where there is no choice."""
        return self.page_size.current if self.page_size else None

    @property
    def _asked(self) -> int | None:
        """The size of the page that was asked for last."""
        return self.sent.page_size if self.sent else None

    def _can_go_on_by_position(self) -> bool:
        """Tell whether a new chain of pages begins behind the start of this one.

        Otherwise it would bring the same pages again: those of a second that has many.
        """
        start = max(self.lo, self.chain.began)
        return self.order.ascends and not self.without_cursor and self.position > start

    def _steps(self, views: Sequence[int], read: Read) -> list[ViewStep]:
        extracts = dict(zip(views, read.page.extracts, strict=True))
        return [
            each.step(read, extracts[each.view]) for each in self.views if each.view in extracts
        ]
