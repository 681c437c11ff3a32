"""A survey of an account's size in few requests: Klaviyo has no totals.

A small collection is listed. Of a large collection with a filter by time, single pages are
requested at moments between its oldest row and now: the time that a page spans shows the density of
rows. For the children of a collection, those of some parents are counted.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from typing import Final

from source_klaviyo.api.partition import Partition
from source_klaviyo.api.retry import RetryState
from source_klaviyo.errors import CredentialsRefused, StreamFailed
from source_klaviyo.estimate.costs import parents_size, requests_of, size_name
from source_klaviyo.protocol import Collection, Page, PageRequest, Window
from source_klaviyo.streams.kinds.base import KlaviyoStream
from source_klaviyo.streams.kinds.included import IncludedStream
from source_klaviyo.streams.requests.collection_view import CollectionView
from source_klaviyo.streams.requests.patience import each_page
from source_klaviyo.streams.views.needs import Needs
from source_klaviyo.streams.views.parents import ParentsView
from source_klaviyo.sync.state.horizon import MARGIN

_FEWEST_PAGES: Final = 5
_MOST_PAGES: Final = 50
_PAGES_OF_ONE: Final = 20
"""The most pages of a collection, or of a parent's children, that are listed to their end."""
_PARENTS: Final = 30
"""The parents whose children are counted."""
_LONGER: Final = 3
"""Each part of time reaches back so many times as far as the part after it: most rows are
recent."""
_CUTS: Final = 60
_CUTS_OF_ONE: Final = 10
"""The most further cuts of time: for a collection, and for a parent's children."""
_AT_ONCE: Final = 8
_SHORTEST: Final = 3600
_KEY: Final = "id"
_RETRIES: Final = 2


COUNTED: Final = "counted"
SAMPLED: Final = "sampled"
AT_LEAST: Final = "at least"
_WORSE: Final = (COUNTED, SAMPLED, AT_LEAST)


@dataclass(frozen=True, slots=True)
class Size:
    """A number of rows, and its source: counted, sampled, or a lower bound."""

    rows: int
    known: str = COUNTED


@dataclass(frozen=True, slots=True)
class _Part:
    """The part of time `[lo, hi)`, whose first `seen` rows reach up to `seen_until`.

    `crowded` means that a single second has more rows than a page; their number is unknown.
    """

    lo: int
    hi: int
    seen: int
    seen_until: int
    crowded: bool

    @property
    def unseen(self) -> float:
        """The estimated number of rows after `seen_until`, at the density of the rows before."""
        return self.seen / (self.seen_until - self.lo) * (self.hi - self.seen_until)


class Survey:
    """A survey of the collections of `streams`; `tell` is given a line about each refusal."""

    def __init__(self, streams: Iterable[KlaviyoStream], tell: Callable[[str], None]) -> None:
        self._tell = tell
        self._streams = {type(stream): stream for stream in streams}
        self._children = {
            stream.parent: stream for stream in self._streams.values() if stream.parent
        }
        self._parents: dict[type[KlaviyoStream], list[str]] = {}

    def sizes(self, wanted: Iterable[str]) -> dict[str, Size]:
        """Return the sizes of these names, without those that Klaviyo does not show.

        Raises CredentialsRefused.
        """
        names = list(wanted)
        found: dict[str, Size] = {}
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            for sources in (self._of_parents(), self._of_others()):  # others ask for the parents
                asked = [name for name in names if name in sources]
                sizes = pool.map(self._asked, asked, [sources[name] for name in asked])
                found |= {name: size for name, size in zip(asked, sizes, strict=True) if size}
        return found

    def _asked(self, name: str, source: Callable[[], Size]) -> Size | None:
        try:
            return source()
        except CredentialsRefused:
            raise
        except StreamFailed as failed:
            self._tell(f"{name}: {failed.message}")
            return None

    def _of_parents(self) -> Mapping[str, Callable[[], Size]]:
        return {
            parents_size(parent): partial(self._parents_listed, parent) for parent in self._children
        }

    def _of_others(self) -> Mapping[str, Callable[[], Size]]:
        sources: dict[str, Callable[[], Size]] = {}
        parents = self._of_parents()
        for kind, stream in self._streams.items():
            if isinstance(stream, IncludedStream) or not requests_of(kind)[0].rows:
                continue
            how = self._of_children if stream.parent else self._of_collection
            if size_name(kind) not in parents:
                sources.setdefault(size_name(kind), partial(how, stream))
        return sources

    def _of_collection(self, stream: KlaviyoStream) -> Size:
        return _sum(_count(stream, each, _pages_of(stream), _CUTS) for each in stream.partitions)

    def _of_children(self, stream: KlaviyoStream) -> Size:
        if not stream.parent or not (parents := self._ids(stream.parent)):
            return Size(0)
        chosen = parents[:: -(-len(parents) // _PARENTS)]
        pages = min(_PAGES_OF_ONE, _pages_of(stream))
        part = _sum(
            _count(stream, {stream.parent_key: parent}, pages, _CUTS_OF_ONE) for parent in chosen
        )
        if len(chosen) == len(parents):
            return part
        rows = round(part.rows * len(parents) / len(chosen))
        return Size(rows, part.known if part.known == AT_LEAST else SAMPLED)

    def _parents_listed(self, parent: type[KlaviyoStream]) -> Size:
        return Size(len(self._ids(parent)))

    def _ids(self, parent: type[KlaviyoStream]) -> list[str]:
        if parent not in self._parents:
            child = self._children[parent]
            self._parents[parent] = [
                str(found[child.parent_key]) for found in child.all_partitions()
            ]
        return self._parents[parent]


def _pages_of(stream: KlaviyoStream) -> int:
    """Return the number of pages of a collection to list: those that its quota grants in 20 s."""
    return max(_FEWEST_PAGES, min(_MOST_PAGES, stream.limit.windows[60] // 3))


def _count(stream: KlaviyoStream, partition: Partition, most: int, cuts: int) -> Size:
    """Return the number of rows of a partition; `most` pages are listed, `cuts` are _sampled's."""
    collection = _narrow(stream)
    first = PageRequest(partition, Window(), (0,), page_size=stream.page_size)
    pages = list(islice(_pages(collection, first), most))
    rows = sum(len(page.ids) for page in pages)
    if pages[-1].next is None:
        return Size(rows)
    oldest = min((at for at in pages[0].cursors if at is not None), default=None)
    if oldest is None or not (stream.ordered and stream.lower):
        return Size(rows, AT_LEAST)
    sampled = _sampled(collection, first, oldest, cuts)
    return replace(sampled, rows=max(rows, sampled.rows))


def _sum(sizes: Iterable[Size]) -> Size:
    """Return the sum of sizes, with the worst of their sources."""
    parts = list(sizes)
    worst = max((part.known for part in parts), key=_WORSE.index, default=COUNTED)
    return Size(sum(part.rows for part in parts), worst)


def _narrow(stream: KlaviyoStream) -> Collection:
    """Return the stream's collection with as few attributes as possible."""
    if stream.resource:
        view = stream.parents_view(_KEY)
    else:
        view = ParentsView(f"ids of {stream.endpoint}", _KEY, Needs())
    return stream.collection([CollectionView(view)])


def _pages(collection: Collection, request: PageRequest | None) -> Iterator[Page]:
    """Yield a page and all after it; their rows are released."""
    return each_page(collection, request, lambda page: page, lambda: RetryState(_RETRIES, 0))


def _sampled(collection: Collection, first: PageRequest, oldest: int, cuts: int) -> Size:
    """Return the estimated number of rows from `oldest` to now.

    Time is cut into parts, and the first page of each is requested. The part with the most
    estimated rows is cut in two, again and again: so a day with a peak differs from the days around
    it.
    """
    now = int(time.time()) - MARGIN
    parts: list[_Part] = []
    hi, length = now, _SHORTEST
    while hi > oldest:
        lo = max(oldest, now - length)
        parts.append(_part(collection, first, lo, hi))
        hi, length = lo, length * _LONGER
    for _ in range(cuts):
        largest = max(parts, key=lambda part: part.unseen)
        middle = (largest.seen_until + largest.hi) // 2
        if not largest.unseen or middle == largest.seen_until:
            break
        parts.remove(largest)
        parts.append(replace(largest, hi=middle))
        parts.append(_part(collection, first, middle, largest.hi))
    rows = round(sum(part.seen + part.unseen for part in parts))
    return Size(rows, AT_LEAST if any(part.crowded for part in parts) else SAMPLED)


def _part(collection: Collection, first: PageRequest, lo: int, hi: int) -> _Part:
    """Return a part of time, measured by its first page."""
    page = next(_pages(collection, replace(first, window=Window(lo, hi))))
    cursors = [at for at in page.cursors if at is not None and at < hi]
    full = page.next is not None and len(cursors) == len(page.cursors)
    until = max(cursors[-1], lo + 1) if full else hi
    return _Part(lo, hi, len(cursors), until, crowded=full and cursors[0] == cursors[-1])
