"""Requests: how many a sync needs beside the fewest that could do, however rows are spread."""

from collections.abc import Iterator

from benchmarks.ideal import most_requests, pages
from benchmarks.options import Options
from benchmarks.row import Row, at_most
from benchmarks.shop import open_shop
from klaviyo_sandbox import Settings

SPREADS = {
    "even": "even over ten years",
    "day": "one day of ten years",
    "second": "one second",
    "spike": "one spike of 30 times",
    "none": "none",
}
_STREAMS = {"events": ("event", 1000), "profiles": ("profile", 100)}
_LATENCY_MS = 50.0
"""Without any, no second worker would find work left to take over."""


def measure(options: Options) -> Iterator[Row]:
    """Yield requests of each stream for each spread."""
    for spread, name in SPREADS.items():
        settings = Settings(
            events=options.sized(200_000, 20_000),
            profiles=options.sized(20_000, 2_000),
            spread=spread,
            spread_years=10.0,
            latency_ms=_LATENCY_MS,
        )
        for stream, (kind, size) in _STREAMS.items():
            with open_shop(settings, limits=False) as shop:
                fewest = pages(shop.sandbox.sizes().get(kind, 0), size)
                shop.connector.read([stream])
                made = shop.sandbox.log.counts()[f"/api/{stream}"].requests
                what = f"{stream}, {name}: requests (fewest {fewest})"
                yield at_most(what, made, most_requests(fewest))
