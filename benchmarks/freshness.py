"""Requests of a first sync of all resources, and a second sync with nothing new."""

from collections import Counter
from collections.abc import Callable, Iterator

from benchmarks.again import fewest_again
from benchmarks.distinct import distinct_pages
from benchmarks.ideal import most_requests
from benchmarks.options import Options
from benchmarks.row import Row, at_most, plain
from benchmarks.shop import open_shop
from klaviyo_sandbox import Settings

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
    made = Counter(request.endpoint for request in log)
    yield plain("fewest requests of the first sync", first_fewest.total())
    yield from _requests("first", made, first_fewest, most_requests)
    what = f"second sync of {len(streams)} streams"
    yield at_most(what, second.seconds, LONGEST_SECONDS, "s")
    made = Counter({path: count.requests for path, count in counts.items()})
    yield from _requests("second", made, fewest_again(streams, log, second.output.records), int)


def _requests(
    sync: str, made: Counter[str], fewest: Counter[str], most: Callable[[int], int]
) -> Iterator[Row]:
    """Yield the requests of a sync, and of each endpoint that got too many.

    `most` tells how many are allowed by how many are the fewest.
    """
    for path in sorted(made):
        if made[path] > most(fewest[path]):
            yield at_most(f"{path}: requests of the {sync} sync", made[path], most(fewest[path]))
    yield at_most(f"requests of the {sync} sync", made.total(), most(fewest.total()))
