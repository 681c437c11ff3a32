"""Freshness: a second sync of everything, with nothing new."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks.connector import Sync
from benchmarks.ideal import pages
from benchmarks.options import Options
from benchmarks.row import Row, at_most
from benchmarks.shop import ENDPOINTS, open_shop
from klaviyo_sandbox import Settings

LONGEST_SECONDS = 5.0
_USUAL_PAGE = 100
_PARENTS_PAGE = 10
_SUMMARY = re.compile(r"(\w+): (\d+) records, (\d+) requests\b")


def measure(options: Options) -> Iterator[Row]:
    """Yield the second sync's seconds and requests; a stream by itself only if it made too many."""
    del options  # it is small by its nature
    with open_shop(Settings(), limits=False) as shop:
        streams = shop.connector.streams()
        first = shop.connector.read(streams)
        states = first.output.states
        second = shop.connector.read(streams, list(states.values()))
    what = f"second sync of {len(streams)} streams"
    yield at_most(what, second.seconds, LONGEST_SECONDS, "s")
    whole = _requests(first)
    made = _requests(second)
    allowed = {
        stream: _allowed(stream, states[stream], second) if has_cursor else whole[stream]
        for stream, has_cursor in streams.items()
    }
    for stream in made:
        if made[stream] > allowed[stream]:
            yield at_most(f"{stream}: requests of the second sync", made[stream], allowed[stream])
    yield at_most("requests of the second sync", sum(made.values()), sum(allowed.values()))


def _requests(sync: Sync) -> dict[str, int]:
    """Return the requests that the connector says each stream took."""
    found = (_SUMMARY.match(text) for text in sync.output.logs)
    return {match[1]: int(match[3]) for match in found if match}


def _allowed(stream: str, state: Mapping[str, Any], second: Sync) -> int:
    """Return a request for each partition, the pages that had to be read again, and the parents."""
    blob = state["stream"]["stream_state"]
    partitions = [entry.get("partition", {}) for entry in blob.get("states", [{}])]
    endpoint = ENDPOINTS.get(f"/api/{stream}")
    size = endpoint.page_size.maximum if endpoint and endpoint.page_size else _USUAL_PAGE
    again = pages(second.output.records[stream], size) - 1
    of_parents = any(name.endswith("_id") for partition in partitions for name in partition)
    parents = pages(len(partitions), _PARENTS_PAGE) if of_parents else 0
    return len(partitions) + again + parents
