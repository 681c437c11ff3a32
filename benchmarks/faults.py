"""Faults: a sync through failing answers is as complete as a clean one, and hardly slower."""

from collections import Counter
from collections.abc import Iterator
from statistics import median

from benchmarks import output
from benchmarks.connector import Sync
from benchmarks.options import Options
from benchmarks.row import Row, at_most, holds, plain
from benchmarks.shop import REAL_LATENCY_MS, Shop, open_shop
from klaviyo_sandbox import Fault, Settings

FAULTS = (
    Fault("status", status=503, probability=0.01),
    Fault("reset", probability=0.01),
    Fault("cut", probability=0.005),
)
WORST = 1.15
_KINDS = {"events": "event", "profiles": "profile"}


def measure(options: Options) -> Iterator[Row]:
    """Yield completeness and the times, at real limits and latency."""
    settings = Settings(
        events=options.sized(200_000, 20_000),
        profiles=options.sized(60_000, 5_000),
        profile_spread="even",
        latency_ms=REAL_LATENCY_MS,
    )
    clean: list[float] = []
    faulty: list[float] = []
    met: Counter[str] = Counter()
    with open_shop(settings, limits=True) as shop:
        for number in range(options.sized(3, 1)):
            clean.append(_sync(shop).seconds)
            for fault in FAULTS:
                shop.sandbox.fail(fault)
            sync = _sync(shop)
            faulty.append(sync.seconds)
            for fault, hits in shop.sandbox.faults():
                met[fault.kind] += hits
            shop.sandbox.clear_faults()
            complete = _is_complete(shop, sync)
            yield holds(f"faulty sync {number + 1}: all ids, each once", true=complete)
    for kind, count in met.items():
        yield plain(f"faults met: {kind}", count)
    yield plain("clean sync", median(clean), "s")
    yield plain("faulty sync", median(faulty), "s")
    yield at_most("faulty / clean", median(faulty) / median(clean), WORST)


def _sync(shop: Shop) -> Sync:
    shop.sandbox.limits.turn_on()
    return shop.connector.read(_KINDS)


def _is_complete(shop: Shop, sync: Sync) -> bool:
    read = Counter(output.ids(sync.path))
    held = {
        (stream, row_id) for stream, kind in _KINDS.items() for row_id in shop.sandbox.ids(kind)
    }
    return read.keys() == held and max(read.values()) == 1
