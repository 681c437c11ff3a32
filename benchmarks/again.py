"""The fewest requests that a second sync can make, by what its streams declare."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence

from benchmarks.ideal import pages
from klaviyo_sandbox import Request
from source_klaviyo.estimate.costs import Requests, requests_of
from source_klaviyo.registry import STREAMS, stream_name
from source_klaviyo.streams.kinds.base import KlaviyoStream
from source_klaviyo.streams.kinds.item import ItemStream
from source_klaviyo.streams.kinds.union import UnionStream


def fewest_again(
    streams: Collection[str], first: Sequence[Request], records: Mapping[str, int]
) -> Counter[str]:
    """Return the fewest requests to each endpoint, by path template.

    `first` are the requests of the first sync. `records` has how many rows of each stream the
    second sync wrote: it had to read those again.

    An endpoint has to be read whole if one of its streams has no cursor, or needs the ids of all
    parents. Else it takes a request for each partition, or for each parent, and one for each
    further page of rows. Items take a request for each row.
    """
    whole = Counter(request.endpoint for request in first)
    addresses = {(request.endpoint, request.path) for request in first}
    parents = Counter(endpoint for endpoint, _ in addresses)
    read_whole: set[str] = set()
    items: dict[Requests, int] = {}
    listings: dict[Requests, int] = {}
    for name, stream in _declared(streams):
        own, *listing = requests_of(stream)
        if stream.cursor_attribute is None:
            read_whole.update(map(_path, (own, *listing)))
            continue
        if issubclass(stream, ItemStream):
            items[own] = max(items.get(own, 0), records[name])
            own, *above = listing
            read_whole.update(map(_path, above))
        else:
            read_whole.update(map(_path, listing))
        listings[own] = max(listings.get(own, 0), records[name])
    fewest: Counter[str] = Counter()
    for own, rows in items.items():
        fewest[_path(own)] += rows
    for requests, rows in listings.items():
        path = _path(requests)
        further = pages(rows, requests.page_size) - 1 if requests.page_size else 0
        fewest[path] += max(requests.least, parents[path]) + further
    for path in read_whole:
        fewest[path] = whole[path]
    return fewest


def _declared(names: Collection[str]) -> Iterator[tuple[str, type[KlaviyoStream]]]:
    """Yield the streams of these names, each member of a union by itself."""
    for stream in STREAMS:
        if (name := stream_name(stream)) in names:
            members = stream.kinds.values() if issubclass(stream, UnionStream) else [stream]
            yield from ((name, member) for member in members)


def _path(requests: Requests) -> str:
    return f"/api/{requests.endpoint}"
