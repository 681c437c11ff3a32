"""One request after the other through one window of one partition."""

from dataclasses import dataclass, field
from itertools import pairwise

from source_klaviyo.protocol import Page, Record, Window

FIRST_REACH = 12


@dataclass(frozen=True, slots=True)
class Step:
    """What one page brought: the records to emit, and the window that is read completely by it."""

    records: list[Record]
    covers: Window | None


@dataclass(slots=True, eq=False)
class Chain:
    """A window of a partition on its way from `lo` to `hi`, page by page.

    `lowest` says that no other chain and no earlier sync reads what lies before the window.
    `ordered` is whether pages ascend by the cursor; it turns false when one shows that they do
    not. `newest_first` is whether they descend. `hi` is lowered when another chain takes over the
    end of the window.

    A page may be made of parts, each with a chain of its own, whose `whole` is the chain of the
    page. A window counts as read only when no part is `missing` any more.

    The rest is where it stands: `position` is the second up to which everything has been fetched,
    `token` what fetches the next page. For cuts it knows how much of the cursor's time the last
    page spanned (`seconds_per_page`; that of the chain that it was cut off before it has one, None
    where neither has), how many pages ahead it may be cut (`reach`), and how many cuts lie between
    it and a chain that has had a page (`unproven`).
    A failed request is tried again at `ready_at`; `attempt`, `throttled_for` and `restarts` count
    what has gone wrong since the last page.
    """

    partition: int
    lo: int
    hi: int
    lowest: bool
    ordered: bool
    newest_first: bool = False
    whole: "Chain | None" = None
    missing: int = 0
    position: int = field(init=False)
    token: str | None = None
    seconds_per_page: int | None = None
    unproven: int = 0
    reach: int = FIRST_REACH
    attempt: int = 0
    throttled_for: float = 0.0
    restarts: int = 0
    ready_at: float = 0.0
    finished: bool = False
    _latest: int = field(init=False)

    def __post_init__(self) -> None:
        self.position = self.lo
        self._latest = self.lo - 1  # a widened lower bound lets the second before in

    @property
    def window(self) -> Window:
        """The window that a first request asks for: all of it, or what is left of it."""
        return Window(self.position, self.hi)

    def accept(self, page: Page) -> Step:
        """Take in the page that was fetched last and move on."""
        self.attempt = self.restarts = 0
        self.throttled_for = 0.0
        self.unproven = 0
        self.missing += len(page.parts)
        self.token = page.next
        instants = [instant for instant in page.instants if instant is not None]
        if instants:
            self._observe(instants)
        beyond = self.ordered and self._latest >= self.hi
        if self.newest_first and instants:
            beyond = min(instants) < self.lo
        self.finished = beyond or page.next is None
        return Step(self._inside(page), self._advance())

    def part(self, token: str) -> "Chain":
        """Return the chain that fetches one of the parts of the page that was accepted last."""
        return Chain(
            self.partition,
            self.lo,
            self.hi,
            lowest=self.lowest,
            ordered=False,
            whole=self,
            token=token,
        )

    def part_is_out(self) -> Window | None:
        """Note that a part's records are on their way; return the window that is read by that."""
        self.missing -= 1
        return self._advance() if self.finished else None

    def restart(self) -> None:
        """Ask anew, from the position on, because the page token was lost."""
        self.token = None
        self.restarts += 1

    def cut(self, at: int) -> "Chain":
        """Give the window from the second `at` on to a new chain, and return that."""
        rest = Chain(
            self.partition,
            at,
            self.hi,
            lowest=False,
            ordered=True,
            seconds_per_page=self.seconds_per_page,
            unproven=self.unproven + 1,
            reach=self.reach * 2,
        )
        self.hi = at
        return rest

    def _observe(self, instants: list[int]) -> None:
        ascending = all(earlier <= later for earlier, later in pairwise([self._latest, *instants]))
        self.ordered = self.ordered and ascending
        self._latest = max(self._latest, *instants)
        self.seconds_per_page = max(instants) - min(instants)

    def _inside(self, page: Page) -> list[Record]:
        """Return the records that no other chain emits."""
        lo = 0 if self.lowest and not self.newest_first else self.lo
        if all(instant is None or lo <= instant < self.hi for instant in page.instants):
            return page.records
        return [
            record
            for record, instant in zip(page.records, page.instants, strict=True)
            if instant is None or lo <= instant < self.hi
        ]

    def _advance(self) -> Window | None:
        """Move the position on; return the window that lies behind it now."""
        if self.missing or self.whole:
            return None
        # The latest second itself may go on on the next page.
        position = self.hi if self.finished else self._latest if self.ordered else self.lo
        if position <= self.position:
            return None
        behind = Window(self.position, position)
        self.position = position
        return behind
