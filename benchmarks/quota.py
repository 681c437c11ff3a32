"""Quota: wall time beside the least that Klaviyo's limits allow, at a real latency."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks import ceiling
from benchmarks.ideal import burst_seconds, steady_seconds
from benchmarks.ideal import pages as fewest_pages
from benchmarks.options import Options
from benchmarks.pages import EVENTS, Pages
from benchmarks.row import Row, at_most, plain
from benchmarks.shop import ENDPOINTS, REAL_LATENCY_MS, Shop, open_shop
from klaviyo_sandbox import Settings

WORST = 1.10
REFUSED = 0.01
PREDICTIONS = "profile_predictive_analytics"

_ROWS = {
    "/api/events": ("event", 1000, [{"events", "events_detailed", "event_attributions"}]),
    "/api/profiles": ("profile", 100, [{"profiles", "profile_conversations"}, {PREDICTIONS}]),
}
"""Type of the rows, the largest page, and the streams that read all of them from the same pages."""
_PREDICTING = "predictive_analytics"
_CONNECTIONS = 32


@dataclass(frozen=True, slots=True)
class Case:
    """Streams to read from a shop of some size; no streams stands for all but reports.

    `in_bursts` is false where no reader can spend the windows as fast as they open: where the
    fewest requests fill them to the last one, so that a single page more, which reading in parallel
    always costs, has to wait for the next; or where the limits are so high that the machine and the
    latency are what binds. Of the latter, `machine` is what to read without the connector as well.
    """

    name: str
    settings: Settings
    streams: Sequence[str] = ()
    in_bursts: bool = True
    machine: Pages | None = None


@dataclass(frozen=True, slots=True)
class _Load:
    """Requests that draw on a limit: requests allowed by the length of a window in seconds."""

    requests: int
    windows: Mapping[int, int]


def measure(options: Options) -> Iterator[Row]:
    """Yield ratios and refusals of each case."""
    for case in _cases(options):
        with open_shop(case.settings, limits=True) as shop:
            yield from _measured(case, shop, case.streams or shop.resource_streams())


def _cases(options: Options) -> list[Case]:
    full, uneven = options.sized(150_000, 10_000), options.sized(140_000, 9_000)
    predicted = options.sized(100_000, 2_000)
    few, many = options.sized(500_000, 50_000), options.sized(2_000_000, 100_000)
    return [
        Case(f"{full:,} profiles", _shop(1_000, full), ["profiles"], in_bursts=False),
        Case(f"{uneven:,} profiles", _shop(1_000, uneven), ["profiles"]),
        Case(f"{predicted:,} predictions", _shop(1_000, predicted), [PREDICTIONS]),
        *(
            Case(
                f"{events:,} events",
                _shop(events, 1_000),
                ["events"],
                in_bursts=False,
                machine=EVENTS,
            )
            for events in (few, many)
        ),
        Case("whole account", _shop(options.sized(200_000, 20_000), predicted)),
    ]


def _shop(events: int, profiles: int) -> Settings:
    return Settings(
        events=events, profiles=profiles, profile_spread="even", latency_ms=REAL_LATENCY_MS
    )


def _measured(case: Case, shop: Shop, streams: Sequence[str]) -> Iterator[Row]:
    sync = shop.connector.read(streams)
    counts = shop.sandbox.log.counts()
    answered = sum(count.requests for count in counts.values())
    refused = sum(count.statuses.get(429, 0) for count in counts.values())
    loads = _loads(shop, streams, {path: count.requests for path, count in counts.items()})
    yield plain(f"{case.name}: wall time", sync.seconds, "s")
    steady = {name: steady_seconds(load.requests, load.windows) for name, load in loads.items()}
    bursts = {name: burst_seconds(load.requests, load.windows) for name, load in loads.items()}
    for kind, ideals, reachable in (
        ("at the steady rate", steady, True),
        ("in bursts", bursts, case.in_bursts),
    ):
        slowest = max(ideals, key=ideals.__getitem__)
        ideal = ideals[slowest]
        yield plain(f"{case.name}: ideal {kind} (of {slowest})", ideal, "s")
        what, ratio = f"{case.name}: wall time / ideal {kind}", sync.seconds / max(ideal, 1.0)
        yield at_most(what, ratio, WORST) if reachable else plain(what, ratio)
    yield at_most(f"{case.name}: share of 429s", refused / max(1, answered), REFUSED)
    if case.machine:
        least = _machines_least(shop, case.machine)
        what = f"{case.name}: same pages, {_CONNECTIONS} connections, thrown away"
        yield plain(what, least, "s")
        yield plain(f"{case.name}: wall time / that", sync.seconds / least)


def _machines_least(shop: Shop, pages: Pages) -> float:
    shop.sandbox.limits.turn_off()
    shop.sandbox.set_latency(0)
    urls = ceiling.addresses(shop.sandbox, pages)
    shop.sandbox.set_latency(REAL_LATENCY_MS)
    return ceiling.seconds(shop.sandbox, urls, _CONNECTIONS)


def _loads(shop: Shop, streams: Sequence[str], made: Mapping[str, int]) -> dict[str, _Load]:
    """Return the fewest requests to each endpoint that was asked.

    For those that are not paged through by one known size, the requests made stand for them.
    """
    sizes = shop.sandbox.sizes()
    fewest = {path: count for path, count in made.items() if path in ENDPOINTS}
    for path, (kind, size, readers) in _ROWS.items():
        if path in made:
            passes = sum(not shared.isdisjoint(streams) for shared in readers) or 1
            fewest[path] = passes * fewest_pages(sizes.get(kind, 0), size)
    loads = {path: _Load(count, ENDPOINTS[path].windows) for path, count in fewest.items()}
    if PREDICTIONS in streams:
        (rule,) = (
            rule
            for rule in ENDPOINTS["/api/profiles"].reduced
            if _PREDICTING in rule.value.split(",")
        )
        loads[_PREDICTING] = _Load(fewest_pages(sizes["profile"], 100), rule.windows)
    return loads
