"""The interface between streams and sync: requests for pages, and the records of views.

A *collection* is an endpoint, read page by page. A *view* is the part of its pages that a stream
reads. Several streams can be views of the same collection, which is then read once for all.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress
from typing import Protocol, TypeVar

from source_klaviyo.api.partition import Partition
from source_klaviyo.errors import StreamFailed

BEGINNING = 0
"""Lower bound of a window without a start: no lower filter is sent."""

FOREVER = 253_402_300_800
"""Upper bound of a window that is open to the future (the year 10000): no upper filter is sent."""


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A half-open range of cursor time, `[lo, hi)`, in whole seconds since 1970 (UTC).

    >>> 10 in Window(0, 10), 9 in Window(0, 10)
    (False, True)
    """

    lo: int = BEGINNING
    hi: int = FOREVER

    def __post_init__(self) -> None:
        if self.lo >= self.hi:
            raise ValueError(f"a window must hold at least one second: [{self.lo}, {self.hi})")

    def __contains__(self, second: int) -> bool:
        return self.lo <= second < self.hi


Record = tuple[memoryview | bytes, bytes]
"""A record's JSON object in two parts: a piece of the answer as sent, and the members added. The
piece is copied only once, when the message line is made."""


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
    """The part of a page for a view: records, partitions of other collections, or items to request.

    Each entry belongs to a row of the page: `rows` has the row's number for each, or is None if
    entry n belongs to row n. `ids` are the names of the records, if the stream's keys allow names;
    `gone` names the rows of tombstones. `failure` is the reason why the view gets no more records
    from the collection.

    >>> Extract(ids=("a", "b"), rows=(0, 0)).only([True, False]).ids
    ['a', 'b']
    """

    records: Sequence[Record] = ()
    ids: Sequence[str] = ()
    gone: Sequence[str] = ()
    children: Sequence[Partition] = ()
    items: Sequence[ItemRequest] = ()
    rows: Sequence[int] | None = None
    failure: StreamFailed | None = None

    def only(self, kept: Sequence[bool]) -> "Extract":
        """Return the entries of the rows that are `kept`."""
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
    """A decoded answer of the API.

    `ids` and `cursors` have an entry for each row: its id, and its cursor in whole seconds (rounded
    down), None without a cursor value; `cursors` is empty if the collection has no cursor. `values`
    are the cursors as sent; they may tell rows of the same second apart. `extracts` are the parts
    of the request's views, in their order. `next` fetches the following page, None after the last.
    `exact` says whether `next` can tell rows of the same cursor value apart; if not, rows that did
    not fit on the page may be missing on the next. `size` is the length of the answer in bytes.
    Call `release` after the last use of the page: its memory is counted.
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
    """A page to fetch: the first of `window` in `partition`, or the page at `token`.

    `views` are the numbers of its views. `page_size` is None if the collection has no choice.
    `newest_first` asks for descending order. `left_out` are the parts that the request is sent
    without. `restated` means that the page before, which gave the token, had another size, or other
    parts.

    >>> first = PageRequest({}, Window(), views=(0,))
    >>> first.following(Page(["a"], [], [], next="https://a.klaviyo.com/api/tags?p=2")).token
    'https://a.klaviyo.com/api/tags?p=2'
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
        """Return the request for the page after `page`, None if `page` was the last."""
        return replace(self, token=page.next) if page.next else None


class Quota(Protocol):
    """The permission to send requests; a collection may have a quota for each kind of request."""

    @property
    def per_minute(self) -> int:
        """The requests granted in a minute, as far as known by now."""

    def reserve(self) -> float:
        """Reserve a request: 0 when granted, else the seconds until another try."""


class Collection(Protocol):
    """A collection, as the sync engine sees it."""

    @property
    def name(self) -> str:
        """Its name in log lines."""

    @property
    def has_cursor(self) -> bool:
        """Whether rows have a cursor, so that windows can be asked for."""

    @property
    def bounded_above(self) -> bool:
        """Whether Klaviyo can filter out rows after a window's end."""

    @property
    def ordered(self) -> bool:
        """Whether pages ascend by the cursor, so that a window can be split while it is read."""

    @property
    def newest_first(self) -> bool:
        """Whether pages descend by the cursor, and are read down to the window's start."""

    @property
    def sortable(self) -> bool:
        """Whether Klaviyo can sort by the cursor."""

    @property
    def page_size(self) -> int | None:
        """The largest page that is documented, None without a choice."""

    @property
    def partitions(self) -> Sequence[Partition]:
        """The partitions known from the start; empty if other pages bring them."""

    @property
    def deferrable(self) -> bool:
        """Whether windows may be left to the next sync, the oldest first.

        They are left when the quota of a day is spent. Rows of such a collection are computed for
        the requested time: no row moves from a window to another.
        """

    @property
    def left_out(self) -> frozenset[str]:
        """The parts that requests must be sent without, because Klaviyo refuses them."""

    @property
    def quota(self) -> Quota:
        """The quota of requests for pages."""

    def item_quota(self, view: int) -> Quota:
        """Return the quota of requests for the items of a view."""

    def fetch(self, request: PageRequest) -> Page:
        """Fetch a page, once. Raises the errors that errors.py lists for a single request."""

    def items_like(self, view: int) -> int:
        """Return the first view with the same items: a single request serves both."""

    def fetch_item(self, items: Mapping[int, ItemRequest]) -> Page:
        """Fetch an item, once, for the views with a request in `items`; all need the same item.

        The page has an extract for each view. Raises like `fetch`.
        """

    def optional_parts(self, request: PageRequest) -> frozenset[str]:
        """Return the parts of a request without which Klaviyo can still serve its rows."""

    def refused_parts(self, request: PageRequest, failure: StreamFailed) -> frozenset[str] | None:
        """Return the parts to leave out of a refused request, None after the last trial.

        `failure` is Klaviyo's refusal.
        """

    def served_without(self, parts: frozenset[str], *, is_row: bool) -> None:
        """Note a page that was served without `parts`; no parts means a whole page.

        `is_row` means a page of a single row.
        """
