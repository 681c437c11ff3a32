"""Quota: wall time beside the least that Klaviyo's limits allow, at a real latency."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchmarks import ceiling
from benchmarks.connector import WORKERS
from benchmarks.ideal import least_seconds
from benchmarks.ideal import pages as fewest_pages
from benchmarks.options import Options
from benchmarks.pages import EVENTS, Pages
from benchmarks.row import Row, at_most, plain
from benchmarks.shop import ENDPOINTS, REAL_LATENCY_MS, Shop, open_shop
from klaviyo_sandbox import Settings

WORST = 1.10
REFUSED = 0.01
PREDICTIONS = "profile_predictive_analytics"
"""The stream of profiles with predictive analytics; skipped while the connector has none."""

_ROWS = {
    "/api/events": ("event", 1000, {"events", "event_attributions"}),
    "/api/profiles": ("profile", 100, {"profiles", PREDICTIONS}),
}
"""Type of the rows, the largest page, and the streams that each read all of them."""
_PREDICTING = "predictive_analytics"


@dataclass(frozen=True, slots=True)
class Case:
    """Streams to read from a shop of some size; no streams stands for all there are.

    `machine` is what to read without the connector as well, where the limits are so high that the
    machine and the latency are what binds.
    """

    name: str
    settings: Settings
    streams: Sequence[str] = ()
    machine: Pages | None = None


def measure(options: Options) -> Iterator[Row]:
    """Yield ratio and refusals of each case."""
    for case in _cases(options):
        with open_shop(case.settings, limits=True) as shop:
            known = shop.connector.streams()
            if missing := set(case.streams) - set(known):
                yield Row(f"{case.name}: no stream {', '.join(missing)} yet", "-", 0.0)
                continue
            yield from _measured(case, shop, case.streams or list(known))


def _cases(options: Options) -> list[Case]:
    profiles = options.sized(150_000, 10_000)
    predicted = options.sized(100_000, 2_000)
    events = 2_000_000 if options.two_million else options.sized(500_000, 50_000)
    return [
        Case(f"{profiles:,} profiles", _shop(1_000, profiles), ["profiles"]),
        Case(f"{predicted:,} predictions", _shop(1_000, predicted), [PREDICTIONS]),
        Case(f"{events:,} events", _shop(events, 1_000), ["events"], EVENTS),
        Case("whole account", _shop(options.sized(200_000, 20_000), predicted)),
    ]


def _shop(events: int, profiles: int) -> Settings:
    return Settings(
        events=events, profiles=profiles, profile_spread="even", latency_ms=REAL_LATENCY_MS
    )


def _measured(case: Case, shop: Shop, streams: Sequence[str]) -> Iterator[Row]:
    sync = shop.connector.read(streams)
    counts = shop.sandbox.counts()
    answered = sum(count.requests for count in counts.values())
    refused = sum(count.statuses.get(429, 0) for count in counts.values())
    made = {path: count.requests for path, count in counts.items() if path in ENDPOINTS}
    ideals = _ideals(shop, streams, made)
    if PREDICTIONS in streams:
        ideals[_PREDICTING] = _ideal_of_predictions(shop)
    slowest = max(ideals, key=ideals.__getitem__)
    yield plain(f"{case.name}: wall time", sync.seconds, "s")
    yield plain(f"{case.name}: ideal (of {slowest})", ideals[slowest], "s")
    ratio = sync.seconds / max(ideals[slowest], 1.0)
    yield at_most(f"{case.name}: wall time / ideal", ratio, WORST)
    if PREDICTIONS not in streams:
        # Where a window is full to its last request, one request too many costs a minute: this
        # tells such requests from time that was lost between requests.
        own = max(least_seconds(count, ENDPOINTS[path].windows) for path, count in made.items())
        share = sync.seconds / max(own, 1.0)
        yield plain(f"{case.name}: wall time / ideal of the requests made", share)
    yield at_most(f"{case.name}: share of 429s", refused / max(1, answered), REFUSED)
    if case.machine:
        least = _machines_least(shop, case.machine)
        yield plain(f"{case.name}: same pages, {WORKERS} connections, thrown away", least, "s")
        yield plain(f"{case.name}: wall time / that", sync.seconds / least)


def _machines_least(shop: Shop, pages: Pages) -> float:
    shop.sandbox.set_limits(False)
    shop.sandbox.set_latency(0)
    urls = ceiling.addresses(shop.sandbox, pages)
    shop.sandbox.set_latency(REAL_LATENCY_MS)
    return ceiling.seconds(shop.sandbox, urls, WORKERS)


def _ideals(shop: Shop, streams: Sequence[str], made: Mapping[str, int]) -> dict[str, float]:
    """Return the ideal of each endpoint that was asked.

    For those that are not paged through by one known size, the requests made stand for the fewest.
    """
    sizes = shop.sandbox.sizes()
    fewest = dict(made)
    for path, (kind, size, readers) in _ROWS.items():
        if path in made:
            passes = len(readers.intersection(streams)) or 1
            fewest[path] = passes * fewest_pages(sizes.get(kind, 0), size)
    return {path: least_seconds(count, ENDPOINTS[path].windows) for path, count in fewest.items()}


def _ideal_of_predictions(shop: Shop) -> float:
    """Return the ideal of profiles whose predictions are asked for: that has limits of its own."""
    (rule,) = (
        rule for rule in ENDPOINTS["/api/profiles"].reduced if _PREDICTING in rule.value.split(",")
    )
    return least_seconds(fewest_pages(shop.sandbox.sizes()["profile"], 100), rule.windows)
