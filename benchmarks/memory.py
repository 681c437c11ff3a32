"""Memory: the connector's peak at a small and a large number of events."""

from collections.abc import Iterator

from benchmarks.connector import Connector
from benchmarks.options import Options
from benchmarks.row import Row, at_most, plain
from benchmarks.shop import open_shop
from klaviyo_sandbox import Settings

WORKERS = 20
MOST_MB = 200.0
FLAT = 1.1
"""How much more the large number may take: the allocator's luck, but nothing that grows."""


def measure(options: Options) -> Iterator[Row]:
    """Yield the peaks, and how flat they are."""
    peaks: list[float] = []
    for events in (options.sized(200_000, 20_000), options.sized(2_000_000, 100_000)):
        with open_shop(Settings(events=events, profiles=1_000), limits=False) as shop:
            connector = Connector(shop.sandbox, shop.folder, {"num_workers": WORKERS})
            sync = connector.read(["events"])
            if sync.output.records["events"] != events:
                raise RuntimeError(f"{sync.output.records['events']} of {events} events were read")
            peaks.append(sync.peak_mb)
            name = f"memory, {events:,} events, {WORKERS} workers"
            yield at_most(f"peak {name}", sync.peak_mb, MOST_MB, "MB")
            yield plain(f"median {name}", sync.usual_mb, "MB")
    yield at_most("peak memory: large / small", peaks[1] / peaks[0], FLAT)
