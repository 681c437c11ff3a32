"""A sync costs hardly more requests than there are pages."""

from collections import Counter
from math import ceil
from typing import Final

import pytest

from integration_tests.connector.conftest import Connect
from integration_tests.connector.harness import CURSORS, RESOURCES, Output, catalog, last_states
from integration_tests.connector.truth import assert_complete, rows, watermarks
from klaviyo_sandbox import Sandbox, Settings

PAGE_SIZES: Final = {
    "campaigns": 100,
    "email_templates": 10,
    "events": 1_000,
    "flows": 50,
    "lists": 10,
    "profiles": 100,
    "segments": 10,
}
PARTITIONS: Final = {"campaigns": 6, "flows": 2}
ENDPOINTS: Final = {"email_templates": "/api/templates"}

_WEEK = 7 * 86_400
_LATENCY = 10.0  # without any, no second worker would ever find work left


def test_the_believable_shop_in_two_syncs(connect: Connect) -> None:
    settings = Settings(limits=False, latency_ms=_LATENCY)
    with Sandbox.start(settings) as sandbox:
        connector = connect(sandbox)
        first = connector.read(catalog())
        assert_complete(sandbox, first)
        fewest = {stream: _fewest(sandbox, stream) for stream in CURSORS}
        _assert_few(sandbox, fewest)
        sandbox.log.reset()
        second = connector.read(catalog(), last_states(first))
        assert second.code == 0
        made = _requests(sandbox)
        for stream in CURSORS:
            assert made[stream] <= PARTITIONS.get(stream, 1) + _looked_back(sandbox, stream, first)


@pytest.mark.parametrize("spread", ["second", "spike"])
def test_events_and_profiles_however_they_are_spread(connect: Connect, spread: str) -> None:
    settings = Settings(
        events=20_000,
        profiles=2_000,
        spread=spread,
        spread_years=10.0,
        limits=False,
        latency_ms=_LATENCY,
    )
    streams = ["events", "profiles"]
    with Sandbox.start(settings) as sandbox:
        output = connect(sandbox).read(catalog(streams))
        assert output.code == 0
        assert_complete(sandbox, output, streams)
        for stream in streams:  # how much is wasted of each depends on how the answers fall
            _assert_few(sandbox, {stream: _fewest(sandbox, stream)})


def test_nothing_at_all_costs_a_request_a_stream(connect: Connect) -> None:
    settings = Settings(spread="none", limits=False, latency_ms=_LATENCY)
    with Sandbox.start(settings) as sandbox:
        assert sandbox.ids("event") == set()
        output = connect(sandbox).read(catalog(["events", "profiles"]))
        assert output.code == 0
        made = _requests(sandbox)
        assert made["events"] == 1
        assert made["profiles"] == max(1, ceil(len(sandbox.ids("profile")) / 100))


def _fewest(sandbox: Sandbox, stream: str) -> int:
    """Return the sum over the stream's partitions of their pages; an empty one is asked for too."""
    size = PAGE_SIZES[stream]
    if stream not in PARTITIONS:
        return max(1, ceil(len(sandbox.ids(RESOURCES[stream])) / size))
    held = Counter(str(row.partition) for row in rows(sandbox, stream))
    return sum(ceil(count / size) for count in held.values()) + PARTITIONS[stream] - len(held)


def _assert_few(sandbox: Sandbox, fewest: dict[str, int]) -> None:
    made = _requests(sandbox)
    assert fewest
    for stream, least in fewest.items():
        assert made[stream] >= least, stream
    assert sum(made[stream] for stream in fewest) <= 1.05 * sum(fewest.values()) + 20


def _requests(sandbox: Sandbox) -> dict[str, int]:
    counts = sandbox.log.counts()
    return {
        stream: counts[endpoint].requests
        for stream in CURSORS
        if (endpoint := ENDPOINTS.get(stream, f"/api/{stream}")) in counts
    }


def _looked_back(sandbox: Sandbox, stream: str, first: Output) -> int:
    """Return the pages of events that a sync after `first` reads again, beyond the first page."""
    if stream != "events":
        return 0
    (state,) = (
        state
        for state in last_states(first)
        if state["stream"]["stream_descriptor"]["name"] == stream
    )
    (watermark,) = watermarks(stream, state)
    again = [row for row in rows(sandbox, stream) if row.second >= watermark - _WEEK]
    assert again
    return ceil(len(again) / PAGE_SIZES[stream]) - 1
