"""What streams and sync agree on: pages of a collection are asked for, and what views made of them.

A *collection* is what is fetched: an endpoint, read page by page. A *view* is what one stream makes
of its pages. Several streams can be views of one collection, which is then read once for all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from typing import Protocol, TypeVar

from source_klaviyo.api.partition import Partition
from source_klaviyo.errors import StreamFailed

BEGINNING = 0
"""Lower bound of a window that reaches back as far as there is data: no lower filter is sent."""

FOREVER = 253_402_300_800
"""Upper bound of a window that is open to the future (the year 10000): no upper filter is sent."""


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A half-open range of cursor time, `[lo, hi)`, in whole seconds since 1970 (UTC)."""

    lo: int = BEGINNING
    hi: int = FOREVER

    def __post_init__(self) -> None:
        if self.lo >= self.hi:
            raise ValueError(f"a window must hold at least one second: [{self.lo}, {self.hi})")

    def __contains__(self, second: int) -> bool:
        return self.lo <= second < self.hi


Record = tuple[memoryview | bytes, bytes]
"""One record's JSON object in two parts: a piece of the answer as it came, and what follows it.

The piece is copied only once, when the message line is made.
"""


@dataclass(frozen=True, slots=True)
class ItemRequest:
    """A resource that Klaviyo serves in full only by its id.

    `fields` are the members that its record gets from the listing, as JSON: `"key":value,...`.
    """

    id: str
    fields: bytes = b""


_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Extract:
    """What one view makes of a page: records, or partitions of other collections, or items to ask.

    Each entry belongs to a row of the page: `rows` has the row's number for each, or is None where
    entry n belongs to row n. `ids` are the names of the records, where the stream's keys allow any;
    `gone` names the rows that the records are tombstones of. `failure` says why the view can make
    nothing of this collection any more.
    """

    records: Sequence[Record] = ()
    ids: Sequence[str] = ()
    gone: Sequence[str] = ()
    children: Sequence[Partition] = ()
    items: Sequence[ItemRequest] = ()
    rows: Sequence[int] | None = None
    failure: StreamFailed | None = None

    def only(self, kept: Sequence[bool]) -> "Extract":
        """Return what belongs to the rows that are `kept`."""
        mask = kept if self.rows is None else [kept[row] for row in self.rows]

        def keep(entries: Sequence[_T]) -> Sequence[_T]:
            return list(compress(entries, mask)) if entries else entries

        return replace(
            self,
            records=keep(self.records),
            ids=keep(self.ids),
            children=keep(self.children),
            items=keep(self.items),
            rows=None if self.rows is None else list(compress(self.rows, mask)),
        )


def _nothing_to_release() -> None:
    pass


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of the API, taken apart.

    `ids` and `cursors` have one entry a row: its id, and its cursor in whole seconds (rounded
    down), None where the row has none; `cursors` is empty where the collection has no cursor.
    `values` are the cursors as they came; they may tell rows of one second apart.
    `extracts` are what the request's views make of it, in their order. `next` fetches the following
    page, None after the last.

    `exact` tells whether `next` can
    tell rows of one cursor value apart; where it cannot, those that did not fit on the page may be
    missing on the next. `size` is the length of the answer in bytes. `release` must be called when
    nothing of the page is needed any more: its memory is counted.
    """

    ids: Sequence[str]
    cursors: Sequence[int | None]
    extracts: Sequence[Extract]
    next: str | None = None
    exact: bool = True
    size: int = 0
    values: Sequence[str | None] = ()
    release: Callable[[], None] = _nothing_to_release


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A page to fetch: the first of `window` in `partition`, or the one that `token` names.

    `views` are the numbers of the views that it is for. `page_size` is None where the collection
    leaves no choice. `newest_first` asks for descending order. `left_out` are the parts that the
    request is sent without. `restated` tells that the page before, which gave the token, was asked
    for in another size, or with other parts.
    """

    partition: Partition
    window: Window
    views: tuple[int, ...]
    token: str | None = None
    page_size: int | None = None
    newest_first: bool = False
    left_out: frozenset[str] = frozenset()
    restated: bool = False

    def following(self, page: Page) -> "PageRequest | None":
        """Return the request for the page after `page`, None if that was the last."""
        return replace(self, token=page.next) if page.next else None


class Quota(Protocol):
    """What grants requests; a collection may draw on several, for requests of several kinds."""

    @property
    def per_minute(self) -> int:
        """The requests that it grants in a minute, as far as is known by now."""

    def reserve(self) -> float:
        """Take one request: 0 when granted, else the seconds until there may be one."""


class Collection(Protocol):
    """What is fetched, as the sync engine sees it."""

    @property
    def name(self) -> str:
        """Its name in log lines."""

    @property
    def has_cursor(self) -> bool:
        """Whether rows have a cursor, so that windows can be asked for."""

    @property
    def bounded_below(self) -> bool:
        """Whether Klaviyo can leave out what lies before a window's start."""

    @property
    def bounded_above(self) -> bool:
        """Whether Klaviyo can leave out what lies behind a window's end."""

    @property
    def ordered(self) -> bool:
        """Whether pages ascend by the cursor, so that a window can be split while it is read."""

    @property
    def newest_first(self) -> bool:
        """Whether pages descend by the cursor: they are read down to the window's start."""

    @property
    def sortable(self) -> bool:
        """Whether Klaviyo can sort by the cursor."""

    @property
    def page_size(self) -> int | None:
        """The largest page that is documented, None where there is no choice."""

    @property
    def partitions(self) -> Sequence[Partition]:
        """The parts that are known from the start; none where they are found by other pages."""

    @property
    def deferrable(self) -> bool:
        """Whether windows may be left to the next sync, the oldest first.

        So they are where the quota of a day is spent. Rows of such a collection are computed for
        the time that is asked for: none moves from one window to another.
        """

    @property
    def left_out(self) -> frozenset[str]:
        """The parts that requests are to be sent without, because Klaviyo refuses them."""

    @property
    def quota(self) -> Quota:
        """What requests for pages draw on."""

    def item_quota(self, view: int) -> Quota:
        """Return what requests for the items of a view draw on."""

    def fetch(self, request: PageRequest) -> Page:
        """Fetch a page, once. Raises what errors.py lists under "one request"."""

    def items_like(self, view: int) -> int:
        """Return the first view that needs the same items: one request brings them for both."""

    def fetch_item(self, items: Mapping[int, ItemRequest]) -> Page:
        """Fetch an item, once, for the views that `items` has a request of; they need the same.

        The page has an extract for each of them. Raises like `fetch`.
        """

    def optional_parts(self, request: PageRequest) -> frozenset[str]:
        """Return the parts of a request without which its rows can be served all the same."""

    def refused_parts(self, request: PageRequest, failure: StreamFailed) -> frozenset[str] | None:
        """Return what to leave out of a request that is refused, None where nothing is left to try.

        `failure` is what the request met.
        """

    def served_without(self, parts: frozenset[str], *, is_row: bool) -> None:
        """Take note of a page that was served without `parts`; none for one that was whole.

        `is_row` tells that a page of a single row was asked for.
        """
