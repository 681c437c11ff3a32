"""The fewest requests that could have brought what a read brought, by kind of stream."""

from collections.abc import Iterable, Mapping
from math import ceil

from klaviyo_sandbox import Sandbox
from source_klaviyo.streams.kinds.base import KlaviyoStream
from source_klaviyo.streams.kinds.included import IncludedStream
from source_klaviyo.streams.kinds.item import ItemStream
from source_klaviyo.streams.kinds.union import UnionStream
from tools.demo.reading import StreamRead


def of_collection(stream: KlaviyoStream, size: int | None, read: StreamRead) -> int | None:
    """Return the pages of `size` rows that the rows of each partition fill.

    A partition without any takes one request, since nobody can know that before. None where the
    records do not tell their partition.
    """
    rows = [read.rows(partition) for partition in stream.partitions]
    if sum(rows) != len(read.ids):
        return None
    return sum(_pages(count, size) for count in rows)


def of_another_kind(
    stream: KlaviyoStream,
    read: StreamRead,
    collections: Mapping[str, tuple[int | None, int]],
    sandbox: Sandbox,
) -> int | None:
    """Return the fewest for a stream that is no plain collection, None where it is not known.

    `collections` has, for each collection that was read, its fewest and the rows that it brought.
    """
    pages, rows = collections.get(stream.endpoint, (None, 0))
    if isinstance(stream, UnionStream):
        return _sum(collections.get(each.endpoint, (None, 0))[0] for each in stream.kinds.values())
    if stream.only_with_cursor:
        return _pages(len(read.ids), stream.page_size)
    if isinstance(stream, IncludedStream):
        return pages
    if isinstance(stream, ItemStream):
        return _sum([pages, rows])
    if stream.parent and stream.parent.resource:
        parents = len(sandbox.ids(stream.parent.resource))
        listing = _pages(parents, stream.parent.page_size)
        filled = sum(_pages(count, stream.page_size) for count in read.by_parent.values())
        return listing + filled + max(0, parents - len(read.by_parent))
    return None


def _pages(rows: int, size: int | None) -> int:
    return max(1, ceil(rows / size)) if size else 1


def _sum(counts: Iterable[int | None]) -> int | None:
    total = 0
    for count in counts:
        if count is None:
            return None
        total += count
    return total
