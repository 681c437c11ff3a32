"""A kill at any moment costs no record: the next attempt goes on from the last state.

`KLAVIYO_KILLS=50 pytest integration_tests/connector/test_kill.py` reads fifty times; each time
the program is killed three times in a row before it may finish.
"""

import os
import random
import signal
from collections.abc import Iterable

import pytest

from integration_tests.connector.conftest import Connect, shop_of
from integration_tests.connector.harness import (
    CURSORS,
    RESOURCES,
    Json,
    Output,
    catalog,
    last_states,
)
from integration_tests.connector.truth import Row, claimed, rows
from klaviyo_sandbox import Sandbox, Settings

TIMES = int(os.environ.get("KLAVIYO_KILLS", "3"))
LATENCY = 50
"""Milliseconds: long enough for a read to last for several states."""

Held = dict[str, list[Row]]


slow_shop = shop_of(
    Settings(events=5_000, profiles=2_500, lists=120, limits=False, latency_ms=LATENCY)
)


@pytest.fixture(scope="module")
def held(slow_shop: Sandbox) -> Held:
    """Return all that the shop holds of the streams with a cursor."""
    return {stream: rows(slow_shop, stream) for stream in CURSORS}


@pytest.mark.parametrize("seed", range(TIMES))
def test_killed_reads_are_completed(
    slow_shop: Sandbox, held: Held, connect: Connect, seed: int
) -> None:
    connector = connect(slow_shop, num_workers=3)
    dice = random.Random(seed)
    attempts: list[Output] = []
    for _ in range(3):
        left = sum(len(held[stream]) - len(_ids(attempts, stream)) for stream in CURSORS)
        lines = dice.randint(1, max(1, int(0.9 * left)))
        attempts.append(connector.read(catalog(), last_states(*attempts), kill_after=lines))
        assert attempts[-1].code == -signal.SIGKILL
    attempts.append(connector.read(catalog(), last_states(*attempts)))
    assert attempts[-1].code == 0
    _assert_states_follow_records(held, attempts)
    for stream, kind in RESOURCES.items():
        assert _ids(attempts, stream) == slow_shop.ids(kind), stream


def test_a_full_refresh_goes_on_in_the_next_attempt_of_its_job_and_begins_anew_in_the_next_job(
    slow_shop: Sandbox, connect: Connect
) -> None:
    """The platform keeps generation and state of resumable streams for a second attempt."""
    connector = connect(slow_shop, num_workers=3)
    whole = {stream: len(slow_shop.ids(RESOURCES[stream])) for stream in CURSORS}
    killed = connector.read(_refresh(sync_id=5), kill_after=int(0.6 * sum(whole.values())))
    assert killed.code == -signal.SIGKILL
    resumed = connector.read(_refresh(sync_id=5), last_states(killed))
    assert resumed.code == 0
    for stream, rows_held in whole.items():
        assert _ids([killed, resumed], stream) == slow_shop.ids(RESOURCES[stream])
        twice = len(killed.ids(stream)) + len(resumed.ids(stream)) - rows_held
        assert twice <= 6_000, "no more than the pages in flight, and what no state followed yet"
    assert sum(len(resumed.ids(stream)) for stream in CURSORS) < sum(whole.values())
    anew = connector.read(_refresh(sync_id=6), last_states(killed, resumed))
    assert {stream: len(anew.ids(stream)) for stream in CURSORS} == whole


def test_children_of_a_snapshot_go_on_from_parent_to_parent(
    slow_shop: Sandbox, connect: Connect
) -> None:
    """Coupons have no cursor, and there may be a hundred thousand of them."""
    parents = slow_shop.add("coupon", 150)
    slow_shop.add("coupon-code", 1_500)
    connector = connect(slow_shop, num_workers=3)
    codes = slow_shop.ids("coupon-code")
    killed = connector.read(_refresh(5, ["coupon_codes"]), kill_after=int(0.7 * len(codes)))
    assert killed.code == -signal.SIGKILL
    (state,) = last_states(killed)
    entries = state["stream"]["stream_state"]["states"]
    (done,) = (
        set(entry["partition"]["coupon_id"])
        for entry in entries
        if "parent_read" in entry["cursor"]
    )
    assert len(parents) / 4 < len(done)
    resumed = connector.read(_refresh(5, ["coupon_codes"]), last_states(killed))
    assert resumed.code == 0
    assert _ids([killed, resumed], "coupon_codes") == codes
    assert not {record["coupon_id"] for record in resumed.records["coupon_codes"]} & done
    anew = connector.read(_refresh(6, ["coupon_codes"]), last_states(killed, resumed))
    assert set(anew.ids("coupon_codes")) == codes


def _refresh(sync_id: int, streams: Iterable[str] = CURSORS) -> Json:
    """Return the catalog of a full refresh, as the platform numbers generations and jobs."""
    found = catalog(streams, "full_refresh", "overwrite")
    for stream in found["streams"]:
        stream |= {"generation_id": 3, "minimum_generation_id": 3, "sync_id": sync_id}
    return found


def test_no_state_is_ahead_of_the_records(slow_shop: Sandbox, held: Held, connect: Connect) -> None:
    slow_shop.set_latency(200)
    output = connect(slow_shop, num_workers=5).read(catalog(["events", "profiles"]))
    slow_shop.set_latency(LATENCY)
    assert output.code == 0
    _assert_states_follow_records(held, [output])
    states = [message["state"] for message in output.of_type("STATE")]
    assert any(is_ahead_of_its_watermark(state) for state in states)


def is_ahead_of_its_watermark(state: Json) -> bool:
    """Tell whether a state keeps windows that lie beyond what has been read without a gap."""
    blob: Json = state["stream"]["stream_state"]
    stream = state["stream"]["stream_descriptor"]["name"]
    read = blob.get("unfinished", {}).get("read", ())
    return any(lo > blob.get(CURSORS[stream], "") for lo, _ in read)


def _ids(attempts: list[Output], stream: str) -> set[str]:
    return {row_id for attempt in attempts for row_id in attempt.ids(stream)}


def _assert_states_follow_records(held: Held, attempts: list[Output]) -> None:
    """Show that whatever a state claims as read came before it, in this attempt or an earlier."""
    read: dict[str, set[str]] = {stream: set() for stream in RESOURCES}
    claims = 0
    for message in (message for attempt in attempts for message in attempt.messages):
        if message["type"] == "RECORD":
            read[message["record"]["stream"]].add(message["record"]["data"]["id"])
        elif message["type"] == "STATE":
            state = message["state"]
            stream = state["stream"]["stream_descriptor"]["name"]
            if stream in CURSORS:
                ids = claimed(stream, state, held[stream])
                claims += len(ids)
                assert ids <= read[stream], stream
    assert claims
