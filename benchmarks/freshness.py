"""Freshness: a second sync of all resources, with nothing new."""

from collections import Counter
from collections.abc import Iterator

from benchmarks.again import fewest_again
from benchmarks.options import Options
from benchmarks.row import Row, at_most, plain
from benchmarks.shop import open_shop
from klaviyo_sandbox import Settings

LONGEST_SECONDS = 5.0


def measure(options: Options) -> Iterator[Row]:
    """Yield the second sync's seconds and requests; an endpoint by itself only if it got too many.

    The sandbox counts the requests.
    """
    settings = Settings(
        events=options.sized(10_000, 1_000),
        profiles=options.sized(3_000, 300),
        campaigns=options.sized(180, 20),
        lists=options.sized(24, 4),  # their sizes have a limit of their own, of 15 a minute
    )
    with open_shop(settings, limits=False) as shop:
        streams = shop.resource_streams()
        first = shop.connector.read(streams)
        log = shop.sandbox.log.requests()
        shop.sandbox.log.reset()
        second = shop.connector.read(streams, list(first.output.states.values()))
        counts = shop.sandbox.log.counts()
    made = Counter({path: count.requests for path, count in counts.items()})
    fewest = fewest_again(streams, log, second.output.records)
    yield plain("requests of the first sync", len(log))
    what = f"second sync of {len(streams)} streams"
    yield at_most(what, second.seconds, LONGEST_SECONDS, "s")
    for path in sorted(made):
        if made[path] > fewest[path]:
            yield at_most(f"{path}: requests of the second sync", made[path], fewest[path])
    yield at_most("requests of the second sync", made.total(), fewest.total())
