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
from dataclasses import InitVar, dataclass, field

from airbyte_cdk.models import FailureType

from source_klaviyo.api.partition import Partition
from source_klaviyo.api.retry import RetryState
from source_klaviyo.errors import StreamFailed
from source_klaviyo.protocol import Collection, Page, PageRequest, Window
from source_klaviyo.sync.output.output_queue import Delivery
from source_klaviyo.sync.windows.density import Density
from source_klaviyo.sync.windows.new_rows import NewRows, ahead, cursor_values
from source_klaviyo.sync.windows.page_chain import PageChain
from source_klaviyo.sync.windows.page_size import RangePageSize
from source_klaviyo.sync.windows.position import Position
from source_klaviyo.sync.windows.window_view import Read, WindowView


@dataclass(slots=True, eq=False)
class WindowReader:
    """Reads one window of partition `number`, page after page, for one or several views.

    `position.py` has rules 2 and 3, `page_chain.py` has rule 1, `new_rows.py` tells rows that come
    again. `sent` is the request under way, or the last. `failure` says why the window cannot be
    read on. `left_out` are parts that the next page alone is asked for without: Klaviyo has refused
    them, or could not load them. `rows_kept` counts the rows of the last page that were emitted.
    Without `follows_order`, no row shows that the window ends: rows that changed while a full
    refresh read may stand on any page.

    Example: `request()` is sent, `accept(page, views)` takes the answer in and returns what goes
    out, until the reader is `finished`.
    """

    number: int
    partition: Partition
    collection: Collection
    window: InitVar[Window]
    views: list[WindowView]
    tell_horizon: Callable[[], int]
    rows: NewRows
    page_size: RangePageSize | None
    follows_order: InitVar[bool] = True
    density: Density = field(default_factory=Density)
    retry: RetryState = field(default_factory=RetryState)
    chain: PageChain = field(default_factory=PageChain)
    place: Position = field(init=False)
    left_out: frozenset[str] = frozenset()
    sent: PageRequest | None = None
    finished: bool = False
    failure: StreamFailed | None = None
    rows_kept: int = 0
    _second_from_its_end: bool = False

    def __post_init__(self, window: Window, follows_order: bool) -> None:
        has_order = self.collection.ordered or self.collection.newest_first
        in_order = has_order and follows_order
        self.place = Position(window.lo, window.hi, in_order, self.collection.newest_first)

    @property
    def lo(self) -> int:
        """The first second of the window."""
        return self.place.lo

    @property
    def hi(self) -> int:
        """The second behind the window; lowered when another reader takes over the end."""
        return self.place.hi

    @property
    def splittable(self) -> bool:
        """Whether another reader could take over the end of the window."""
        return self.place.ascends and self.collection.bounded_above

    @property
    def view_numbers(self) -> tuple[int, ...]:
        """The views for which the pages are read."""
        return tuple(each.view for each in self.views)

    @property
    def has_read_everything(self) -> bool:
        """Whether a window without a start and without an end has been read to its end."""
        is_read = self.place.at >= self.hi and not self.failure
        return is_read and Window(self.lo, self.hi) == Window()

    def request(self, left_out: frozenset[str] = frozenset()) -> PageRequest:
        """Return the request for the next page, without the parts `left_out`."""
        window, reverses = self._asked()
        if self.chain.token is None:
            self.chain.begin(window, self.place.at)
        size = self.page_size.current if self.page_size else None
        parts = left_out | self.left_out
        self.sent = PageRequest(
            self.partition,
            window,
            self.view_numbers,
            self.chain.token,
            size,
            newest_first=reverses,
            left_out=parts,
            restated=self.chain.ask(size, parts),
        )
        return self.sent

    def accept(self, page: Page, views: Sequence[int]) -> list[Delivery]:
        """Take in the page fetched last for `views`; return a delivery for each view.

        Afterwards the reader is `finished`, has a `failure`, or has chosen the next request.
        """
        self.retry.succeeded()
        horizon = self.tell_horizon()
        fresh, kept = self.rows.take(page, self.place, self.chain.since, horizon)
        self.rows_kept = sum(kept)
        if self._second_from_its_end:
            return self._deliver(views, self._second_read(page, fresh, kept))
        if tied := self.chain.passed_over(page, fresh):
            self.failure = self._ties(f"share the value {tied}")
        self.density.observe(page, horizon)
        rows = zip(page.cursors, fresh, strict=False)
        reopens = self.place.follow(
            [at for at, new in rows if new and at is not None and at < horizon]
        )
        # Pages before those that came in no order have to be asked for as well.
        begins_anew = reopens is not None and self.chain.began > self.lo
        if not begins_anew and (page.next is None or self._is_beyond(page)):
            self.finished = self._is_last()
            begins_anew = not self.finished
        completes = None if tied else self._complete()
        late = ahead(page, horizon)
        if self.finished or begins_anew:
            self.chain.break_off()
        else:
            # Rows behind the horizon come again to a second reader, and after each request by time.
            self._choose_next(page, [True] if 0 < len(late) == len(page.ids) else fresh)
        done = self.finished and self.rows.without_cursor
        read = Read(page, kept, completes, reopens, done, late)
        return self._deliver(views, read)

    def ask_by_time(self) -> None:
        """Ask for the rest of the window by time: the page cursor leads nowhere."""
        self.chain.break_off()

    def ask_with_less(self, parts: frozenset[str]) -> None:
        """Ask for the next page, and for no other, without `parts` of the request.

        Once that has helped, the following pages are not tried as long with all parts.
        """
        self.left_out = parts
        if parts:
            self.retry.shorten()

    def ask_smaller(self) -> None:
        """Ask for the next page in another size: by time, unless the page cursor names the row."""
        self.chain.change_size()

    def split(self, at: int) -> "WindowReader":
        """Give the window from the second `at` on to a new reader, and return the reader."""
        return WindowReader(
            self.number,
            self.partition,
            self.collection,
            self.place.split(at),
            [each.another() for each in self.views],
            self.tell_horizon,
            self.rows.another(),
            self.page_size.another() if self.page_size else None,
            density=self.density.beyond_split(),
        )

    def halve(self) -> "WindowReader | None":
        """Give the second half of the rest to a new reader, and return the reader.

        None means that a single second is left, or no end can be cut off. Klaviyo refuses a bound
        that is not in the past: nothing is split behind the horizon.
        """
        at = self.place.middle(self.tell_horizon()) if self.splittable else None
        if at is None:
            return None
        rest = self.split(at)
        for half in (self, rest):
            half.retry = RetryState(doubts=self.retry.doubts)
            half.retry.try_briefly()
        self.chain.break_off()
        self.left_out = frozenset()
        return rest

    def end(self) -> None:
        """Read no further: the rest of the window stays open."""
        self.finished = True

    def stop_for(self, views: Container[int]) -> None:
        """Read for `views` no more."""
        self.views = [each for each in self.views if each.view not in views]

    def close(self) -> None:
        """Forget all rows."""
        self.rows.seen.forget()

    def _asked(self) -> tuple[Window, bool]:
        """Return the window to ask for by time, and whether from its other end."""
        if self._second_from_its_end:
            return Window(self.place.at, self.place.at + 1), True
        return Window() if self.collection.newest_first else Window(self.place.at, self.hi), False

    def _is_beyond(self, page: Page) -> bool:
        """Tell whether the pages after `page` hold nothing of the window."""
        del page
        return self.place.is_beyond

    def _is_last(self) -> bool:
        """Tell whether all is read with the end of these pages."""
        return True

    def _complete(self) -> Window | None:
        """Return the seconds that are newly complete, if any."""
        completes = self.place.finish() if self.finished else self.place.advance()
        if completes:
            self.retry.progressed()
            self.chain.progressed()
        return completes

    def _choose_next(self, page: Page, leads_on: Sequence[bool]) -> None:
        """Choose the next request; `leads_on` tells which rows show that the pages go on."""
        resizes = self.page_size is not None and self.page_size.changes()
        moved = self.place.at > self.chain.began
        if self._has_left(page) or (moved and (resizes or not page.exact)):
            self.chain.break_off()
        elif self._fills_a_second(page):
            self._second_from_its_end = True
            self.chain.break_off()
            if self.page_size:
                self.page_size.enlarge()
        else:
            self.chain.follow(page)
        fault = self.chain.fault(page, leads_on)
        if fault and not self.chain.break_off_once():
            advice = f"Klaviyo sends page after page of {self.collection.name}, and each {fault}."
            self.failure = StreamFailed(advice, FailureType.system_error)

    def _second_read(self, page: Page, fresh: Sequence[bool], kept: Sequence[bool]) -> Read:
        """Take in the rows of a second from its other end; fail if the ends do not meet.

        The ends meet where new rows come first and known ones behind them.
        """
        self._second_from_its_end, new = False, sum(fresh)
        if page.next and not (0 < new < len(fresh) and all(fresh[:new])):
            self.failure = self._ties("share a second")
            return Read(page, kept, None)
        completes = self.place.pass_second()
        self.finished = self.place.at >= self.hi
        return Read(page, kept, completes)

    def _has_left(self, page: Page) -> bool:
        """Tell whether a page lies behind the window, whose end a split has lowered meanwhile.

        The page cursor carries the former end. Rows behind the horizon do not show that the window
        is read, and there may be thousands: an import while the sync begins.
        """
        if not self.splittable or self.hi == self.chain.until:
            return False
        told = cursor_values(page)
        return bool(told) and min(told) >= self.hi

    def _fills_a_second(self, page: Page) -> bool:
        """Tell whether a page has rows of a single second, and the page cursor may skip others."""
        at = self.place.at
        return not page.exact and self.splittable and {at} <= {*page.cursors} <= {at, at - 1}

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
