"""The time of requests at Klaviyo's quota, and the quota that a sync waits for."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from source_klaviyo.api.quotas.limits import Limit
from source_klaviyo.estimate.costs import Requests, Sizes, requests_of
from source_klaviyo.streams.kinds.base import KlaviyoStream

PACE: Final = 60
"""Requests a second by a single process if the quota allows more (docs/performance.md)."""
OWN_PACE: Final = "itself"
"""The name of the wait of a sync that uses up none of its quotas."""

_MINUTE: Final = 60.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """The cost of a sync: requests, seconds, and the endpoint whose quota it waits for."""

    name: str
    requests: int
    seconds: float
    waits_for: str


def seconds(requests: int, limit: Limit, share: float = 1.0) -> float:
    """Return the seconds for so many requests at `share` (0 to 1) of a limit.

    A minute's quota is spent as soon as granted, so the last minute is not waited for.

    >>> seconds(1_600, Limit(burst=75, steady=750))
    121.66666666666667
    """
    steady = max(1, int(limit.steady * share))
    burst = max(1, int(limit.burst * share))
    minutes = max(0, requests - 1) // steady
    return minutes * _MINUTE + (requests - minutes * steady) / min(burst, PACE)


def estimate(
    streams: Mapping[str, type[KlaviyoStream]], sizes: Sizes, share: float = 1.0
) -> tuple[Estimate, list[Estimate]]:
    """Return the cost of a first sync of all `streams`, by name, and of each alone.

    Streams of the same collection share its requests, and quotas run in parallel: all together take
    as long as the slowest quota, or as a single process needs for so many requests.
    """
    wanted = {name: requests_of(stream) for name, stream in streams.items()}
    alone = [_estimate(name, requests, sizes, share) for name, requests in wanted.items()]
    distinct = dict.fromkeys(each for requests in wanted.values() for each in requests)
    return _estimate("all together", distinct, sizes, share), alone


def _estimate(name: str, wanted: Iterable[Requests], sizes: Sizes, share: float) -> Estimate:
    spent: Counter[tuple[str, Limit]] = Counter()
    requests = 0
    for each in wanted:
        count = each.count(sizes)
        requests += count
        for budget in each.budgets:
            spent[budget] += count
    took, slowest = max(
        (seconds(count, limit, share), budget) for (budget, limit), count in spent.items()
    )
    if requests / PACE > took:
        took, slowest = requests / PACE, OWN_PACE
    return Estimate(name, requests, took, slowest)
