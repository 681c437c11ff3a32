"""The number of requests in a first sync of a stream, from its declaration."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from source_klaviyo.api.quotas.limits import Limit
from source_klaviyo.protocol import Window
from source_klaviyo.registry import stream_name
from source_klaviyo.reports.days import DAY, day_of
from source_klaviyo.reports.report_stream import ReportStream
from source_klaviyo.streams.kinds.base import KlaviyoStream
from source_klaviyo.streams.kinds.included import IncludedStream
from source_klaviyo.streams.kinds.item import ItemStream, NamedItemStream
from source_klaviyo.streams.kinds.union import UnionStream

_LAST_DAY: Final = "2026-11-01"
_HISTORY_DAYS: Final = 730
"""Two years: reports go back to the start date, which is unknown to an estimate."""

Sizes = Mapping[str, int]
"""Numbers of resources in Klaviyo, by the names in `Requests`."""


@dataclass(frozen=True, slots=True)
class Requests:
    """Requests of the same kind: a listing, or requests for `each` resource of another listing.

    `each` and `rows` are names of sizes. `page_size` is None if Klaviyo cuts the pages, which
    counts as a single page; `of_each` is the least number of requests for each resource. Streams
    with equal requests share them. `of` separates requests to the same endpoint that are not
    shared.

    >>> Requests("lists", Limit(75, 750), rows="lists", page_size=10).count({"lists": 45})
    5
    """

    endpoint: str
    limit: Limit
    costly: tuple[tuple[str, Limit], ...] = ()
    each: str | None = None
    rows: str | None = None
    page_size: int | None = None
    least: int = 1
    of_each: int = 1
    of: tuple[str, ...] = ()

    @property
    def budgets(self) -> tuple[tuple[str, Limit], ...]:
        """The budgets of each request."""
        return (self.endpoint, self.limit), *self.costly

    def count(self, sizes: Sizes) -> int:
        """Return the number of requests, without unnecessary ones."""
        rows = sizes[self.rows] if self.rows else 0
        if self.each:  # the last page of each is not full
            return self.of_each * sizes[self.each] + (
                rows // self.page_size if self.page_size else 0
            )
        pages = -(-rows // self.page_size) if self.page_size else 0
        return max(self.least, pages)


def requests_of(stream: type[KlaviyoStream]) -> tuple[Requests, ...]:
    """Return the requests of a first sync of `stream` alone: its own first, then listings."""
    if issubclass(stream, ReportStream):
        return (_report(stream),)
    if issubclass(stream, UnionStream):
        return tuple(
            requests for member in stream.kinds.values() for requests in requests_of(member)
        )
    if stream.parent:
        listings: tuple[Requests, ...] = (_children(stream, stream.parent), _listing(stream.parent))
    else:
        listings = (_listing(stream),)
    if issubclass(stream, ItemStream):
        items = Requests(
            stream.item,
            stream.item_limit,
            stream.item_costly,
            each=size_name(stream),
            of=tuple(name for name, _ in stream.item_parameters),
        )
        return items, *listings
    return listings


def _report(stream: type[ReportStream]) -> Requests:
    """Return the calls for two years of one conversion metric, or of each metric."""
    end = day_of(_LAST_DAY)
    calls = len(stream.period.calls(Window(end - _HISTORY_DAYS * DAY, end)))
    if stream.splits_on_request:
        return Requests(stream.endpoint, stream.limit, each="metrics", of_each=calls)
    return Requests(stream.endpoint, stream.limit, least=calls)


def size_name(stream: type[KlaviyoStream]) -> str:
    """Return the name of the number of rows in the stream's collection."""
    if issubclass(stream, NamedItemStream):
        return stream.endpoint.rpartition("/")[2]
    own = stream.parent or stream.only_with_cursor
    return stream_name(stream).replace("_", "-") if own else stream.endpoint


def _listing(stream: type[KlaviyoStream]) -> Requests:
    return Requests(
        stream.endpoint,
        stream.limit,
        stream.costly,
        rows=size_name(stream) if stream.page_size else None,
        page_size=stream.page_size,
        least=len(stream.partitions),
        of=(stream.oldest_revision or "", str(stream.only_with_cursor)),
    )


def _children(stream: type[KlaviyoStream], parent: type[KlaviyoStream]) -> Requests:
    return Requests(
        stream.endpoint,
        stream.limit,
        stream.costly,
        each=parents_size(parent),
        rows=size_name(stream) if stream.page_size else None,
        page_size=stream.page_size,
    )


def parents_size(parent: type[KlaviyoStream]) -> str:
    """Return the name of the number of resources that `parent` lists, each asked for children."""
    if issubclass(parent, IncludedStream):
        return stream_name(parent).replace("_", "-")
    return size_name(parent)
