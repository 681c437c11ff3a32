"""Requests of a first sync of all resources, and a second sync with nothing new."""

from collections import Counter
from collections.abc import Iterator, Sequence

from benchmarks.again import fewest_again
from benchmarks.distinct import distinct_pages
from benchmarks.options import Options
from benchmarks.row import Row, at_most
from benchmarks.shop import open_shop
from klaviyo_sandbox import Request, Settings

LONGEST_SECONDS = 5.0


def measure(options: Options) -> Iterator[Row]:
    """Yield the requests of both syncs, and the second's seconds.

    An endpoint by itself is among them only if it got too many.
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
        shop.sandbox.limits.turn_off()
        first_fewest = distinct_pages(shop.sandbox, log)
    made = Counter({path: count.requests for path, count in counts.items()})
    fewest = fewest_again(streams, log, second.output.records)
    yield from _first(log, first_fewest)
    what = f"second sync of {len(streams)} streams"
    yield at_most(what, second.seconds, LONGEST_SECONDS, "s")
    for path in sorted(made):
        if made[path] > fewest[path]:
            yield at_most(f"{path}: requests of the second sync", made[path], fewest[path])
    yield at_most("requests of the second sync", made.total(), fewest.total())


def _first(log: Sequence[Request], fewest: Counter[str]) -> Iterator[Row]:
    """Yield the requests of the first sync, and of each endpoint that got many more than needed."""
    made = Counter(request.endpoint for request in log)
    for path in sorted(made):
        most = int(1.05 * fewest[path] + 20)
        if made[path] > most:
            yield at_most(f"{path}: requests of the first sync", made[path], most)
    most = int(1.05 * fewest.total() + 20)
    what = f"requests of the first sync (fewest {fewest.total():,})"
    yield at_most(what, len(log), most)
