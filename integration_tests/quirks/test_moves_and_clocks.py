"""Rows that change sides while they are read, and a clock that is wrong: nothing is lost."""

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, Literal

import pytest

from integration_tests.quirks.conftest import SHOP
from integration_tests.quirks.reading import Json, read
from klaviyo_sandbox import Quirks, Sandbox

MOVED: Final[Mapping[str, str]] = {
    "flows": "flow",
    "flow_actions": "flow-action",
    "campaigns": "campaign",
    "campaign_messages": "campaign-message",
    "images": "image",
}
"""Streams of what is archived or hidden, and of what belongs to it; the type of their records."""


@pytest.mark.parametrize(
    ("change", "moves_updated"), [("unarchive", True), ("archive", True), ("archive", False)]
)
def test_a_full_refresh_has_what_changes_sides_while_it_reads(
    change: Literal["archive", "unarchive"],
    moves_updated: bool,  # noqa: FBT001
) -> None:
    """Nobody sees a row that is un-archived without a new `updated`: `docs/state.md` says so."""
    with Sandbox.start(replace(SHOP, flows=40, images=60, campaigns=90, tags=5)) as shop:
        shop.limits.grant_plenty()
        shop.set_quirks(Quirks(max_page_size=6))
        held = {stream: shop.ids(kind) for stream, kind in MOVED.items()}
        for kind in ("flow", "campaign", "image"):
            assert shop.ids(kind, hidden=True)
            shop.change_while_read(
                f"/api/{kind}s", 1, kind, 2, change=change, moves_updated=moves_updated
            )
        outcome = read(shop, [*MOVED], "full_refresh")
        assert all(shop.clear_changes())
        assert outcome.failures == {}
        for stream, ids in held.items():
            assert outcome.ids(stream) == ids, stream


@pytest.mark.parametrize("ahead", [30, 3_600])
def test_a_machine_whose_clock_is_ahead_loses_nothing(ahead: int) -> None:
    started = datetime.fromtimestamp(time.time() - ahead, UTC).isoformat()
    with Sandbox.start(replace(SHOP, now=started, events=300, profiles=120)) as shop:
        shop.limits.grant_plenty()
        shop.set_quirks(Quirks(max_page_size=10))
        streams = {"events": "event", "profiles": "profile", "flows": "flow"}
        states: dict[str, Json] = {}
        found: dict[str, set[str]] = {stream: set() for stream in streams}
        for _ in range(3):
            for kind in ("profile", "event"):
                shop.change_while_read(f"/api/{kind}s", 1, kind, 5, change="add", times=3)
            shop.change_while_read("/api/flows", 1, "flow", 2, times=2)
            outcome = read(shop, [*streams], states=states)
            assert all(shop.clear_changes())
            assert outcome.failures == {}
            shop.add("event", 20)
            shop.update("profile", sorted(shop.ids("profile"))[:20])
            states |= outcome.states
            for stream in streams:
                found[stream] |= outcome.ids(stream)
        last = read(shop, [*streams], states=states)
        for stream, kind in streams.items():
            assert found[stream] | last.ids(stream) == shop.ids(kind)
