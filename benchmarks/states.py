"""States: their bytes beside those of the records, by the number of partitions."""

from collections.abc import Iterator

import orjson

from benchmarks.options import Options
from benchmarks.row import Row, at_most, holds, plain
from benchmarks.shop import open_shop
from klaviyo_sandbox import Settings

STREAM = "list_profiles"
"""Each list is a partition."""
LARGEST_SHARE = 0.02
_FIRST_STATES = 20_000
"""Bytes that a short sync may need for its first and last states, however few its records are."""


def measure(options: Options) -> Iterator[Row]:
    """Yield bytes of states and records of a first sync, and what a second one carries on."""
    for lists in (10, options.sized(1_000, 100), options.sized(10_000, 300)):
        with open_shop(Settings(events=1_000, profiles=300, lists=lists), limits=False) as shop:
            first = shop.connector.read([STREAM]).output
            kept = list(first.states.values())
            again = shop.connector.read([STREAM], kept).output
        states = first.state_bytes
        name = f"{lists:,} partitions"
        yield plain(f"{name}: records", first.records[STREAM])
        yield plain(f"{name}: bytes of records", first.record_bytes)
        yield plain(f"{name}: states", len(states))
        yield plain(f"{name}: bytes of the largest state", max(states))
        yield plain(f"{name}: bytes of the last state", len(orjson.dumps(kept[0])))
        most = LARGEST_SHARE * first.record_bytes + _FIRST_STATES
        yield at_most(f"{name}: bytes of all states", sum(states), most)
        yield holds(f"{name}: nothing is read again", true=not again.records[STREAM])
