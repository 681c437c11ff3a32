"""Cost per record: the connector beside a bare loop, both as whole programs."""

from collections.abc import Iterator
from statistics import median

from benchmarks import ceiling, child
from benchmarks.options import Options
from benchmarks.pages import EVENTS, PROFILES, REVISION, Pages
from benchmarks.row import Row, at_least, plain
from benchmarks.shop import Shop, open_shop
from klaviyo_sandbox import Settings

TARGETS = {"events": (EVENTS, 1.0), "profiles": (PROFILES, 0.8)}
_CONNECTIONS = 4


def measure(options: Options) -> Iterator[Row]:
    """Yield records a second of both, and how they compare; neither limits nor latency."""
    sizes = {
        "events": options.sized(200_000, 40_000),
        "profiles": options.sized(100_000, 6_000),
    }
    settings = Settings(
        events=sizes["events"], profiles=sizes["profiles"], spread="even", spread_years=2.0
    )
    rounds = options.sized(3, 1)
    with open_shop(settings, limits=False) as shop:
        for stream, (pages, target) in TARGETS.items():
            urls = ceiling.addresses(shop.sandbox, pages)
            least = ceiling.seconds(shop.sandbox, urls, _CONNECTIONS)
            yield plain(f"{stream}: the sandbox's own ceiling", sizes[stream] / least, "records/s")
            bare: list[float] = []
            ours: list[float] = []
            for _ in range(rounds):
                bare.append(sizes[stream] / _bare_loop(shop, pages))
                ours.append(sizes[stream] / _connector(shop, stream, sizes[stream]))
            yield plain(f"{stream}: bare loop", median(bare), "records/s")
            yield plain(f"{stream}: connector", median(ours), "records/s")
            ratio = median(ours) / median(bare)
            yield at_least(f"{stream}: connector / bare loop", ratio, target)


def _bare_loop(shop: Shop, pages: Pages) -> float:
    arguments = [pages.url(shop.sandbox), shop.sandbox.key, REVISION]
    return child.run("benchmarks.bare_loop", arguments, shop.folder / "bare").seconds


def _connector(shop: Shop, stream: str, records: int) -> float:
    sync = shop.connector.read([stream])
    if sync.output.records[stream] != records:
        raise RuntimeError(f"{sync.output.records[stream]} of {records} {stream} were read")
    return sync.seconds
