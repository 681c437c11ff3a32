"""A sync costs hardly more requests than there are pages."""

from math import ceil
from typing import Final

import pytest

from integration_tests.connector.conftest import Connect
from integration_tests.connector.harness import CURSORS, RESOURCES, catalog, last_states
from integration_tests.connector.truth import assert_complete
from klaviyo_sandbox import Sandbox, Settings

PAGE_SIZES: Final = {"events": 1_000, "profiles": 100}
PARTITIONS: Final = {"campaigns": 6, "flows": 2}
_LATENCY = 10.0  # without any, no second worker would ever find work left


@pytest.mark.parametrize("spread", ["shop", "second", "spike", "none"])
def test_events_and_profiles_however_they_are_spread(connect: Connect, spread: str) -> None:
    settings = Settings(
        events=20_000,
        profiles=2_000,
        spread=spread,
        spread_years=10.0,
        limits=False,
        latency_ms=_LATENCY,
    )
    with Sandbox.start(settings) as sandbox:
        output = connect(sandbox).read(catalog(PAGE_SIZES))
        assert output.code == 0
        if spread != "none":
            assert_complete(sandbox, output, PAGE_SIZES)
        made = _requests(sandbox)
        for stream, size in PAGE_SIZES.items():
            rows = len(sandbox.ids(RESOURCES[stream]))
            least = max(1, ceil(rows / size))
            # How much is wasted depends on how the answers fall.
            assert least <= made[stream] <= (1.05 * least + 20 if rows > size else 1)


def test_a_sync_with_nothing_to_read_costs_a_request_a_partition(
    connect: Connect, shop: Sandbox
) -> None:
    connector = connect(shop, lookback_days=0)
    first = connector.read(catalog(CURSORS))
    shop.log.reset()
    assert connector.read(catalog(CURSORS), last_states(first)).code == 0
    made = _requests(shop)
    assert len(made) >= len(CURSORS)
    assert {name: count for name, count in made.items() if count > PARTITIONS.get(name, 1)} == {}


def _requests(sandbox: Sandbox) -> dict[str, int]:
    counts = sandbox.log.counts().items()
    return {path.removeprefix("/api/"): count.requests for path, count in counts}
