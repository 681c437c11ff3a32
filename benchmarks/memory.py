"""Memory: the connector's peak at a small and a large number of events, and with huge events."""

from collections.abc import Iterator

from benchmarks.connector import Connector
from benchmarks.options import Options
from benchmarks.row import Row, at_most, plain
from benchmarks.shop import open_shop
from klaviyo_sandbox import Sandbox, Settings

WORKERS = 20
MOST_MB = 160.0
MOST_WORKERS = 32
HUGE = 100_000
"""Bytes of a huge event."""
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
    events = options.sized(3_000, 300)
    with open_shop(Settings(events=events, profiles=100), limits=False) as shop:
        _blow_up(shop.sandbox)
        sync = Connector(shop.sandbox, shop.folder, {"num_workers": MOST_WORKERS}).read(["events"])
        name = f"peak memory, {events:,} events of 100 kB, {MOST_WORKERS} workers"
        yield at_most(name, sync.peak_mb, MOST_MB, "MB")


def _blow_up(sandbox: Sandbox) -> None:
    """Give each event a property of HUGE bytes."""
    for event in sandbox.ids("event"):
        (row,) = sandbox.documents("event", [event])
        row["attributes"]["event_properties"] = {"blob": "x" * HUGE}
        sandbox.put(row)
