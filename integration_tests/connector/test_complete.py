"""Every stream brings what the sandbox holds: at first, and after it has changed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from integration_tests.connector.conftest import SMALL, Connect, connector_of
from integration_tests.connector.harness import (
    CURSORS,
    RESOURCES,
    Json,
    Output,
    catalog,
    last_states,
    state_of,
)
from integration_tests.connector.truth import assert_complete, rows, second, watermarks
from klaviyo_sandbox import Sandbox, Touched

_WEEK = 7 * 86_400


@dataclass(frozen=True)
class Story:
    """A first sync, a day in the shop, and two second syncs from the same state."""

    first: Output
    held_at_first: dict[str, set[str]]
    touched: Touched
    deduplicated: Output
    appended: Output
    sandbox: Sandbox


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    with Sandbox.start(SMALL) as sandbox:
        connector = connector_of(sandbox, tmp_path_factory.mktemp("story"))
        first = connector.read(catalog())
        held = {stream: sandbox.ids(kind) for stream, kind in RESOURCES.items()}
        touched = sandbox.day_passes()
        touched["event"]["late"] += sandbox.add("event", 5, days_ago=3)
        touched["event"]["ahead"] += sandbox.add("event", 5, days_ago=-3)
        state = last_states(first)
        deduplicated = connector.read(catalog(), state)
        at_once = connector_of(sandbox, tmp_path_factory.mktemp("append"), lookback_days=0)
        appended = at_once.read(catalog(destination="append"), state)
        yield Story(first, held, touched, deduplicated, appended, sandbox)


def test_a_full_refresh_brings_everything_once(full_read: Output, shop: Sandbox) -> None:
    assert full_read.code == 0
    assert_complete(shop, full_read)


@pytest.mark.parametrize("stream", CURSORS)
def test_a_second_sync_brings_what_has_changed_and_nothing_else(story: Story, stream: str) -> None:
    lowest = min(watermarks(stream, story.first.states[stream]))
    since = lowest - _WEEK if stream == "events" else lowest
    due = {row.id for row in rows(story.sandbox, stream) if row.second >= since}
    brought = story.deduplicated.ids(stream)
    assert len(brought) == len(set(brought))
    again = set(brought)
    if stream == "events":  # those of the future have come already, and are named in state
        assert ahead(story)
        due -= ahead(story)
        again -= ahead(story)  # the time of a few may come between the syncs
    assert len(due) < len(story.held_at_first[stream]) / 2
    changes = story.touched[RESOURCES[stream]]
    ways = ("added", "updated", "archived", "late", "ahead")
    changed = {row_id for way in ways for row_id in changes.get(way, ())}
    assert changed
    assert changed <= due
    assert story.deduplicated.code == 0
    assert again == due


@pytest.mark.parametrize("stream", ["accounts", "metrics"])
def test_a_stream_without_a_cursor_is_read_whole_each_time(story: Story, stream: str) -> None:
    assert set(story.deduplicated.ids(stream)) == story.sandbox.ids(RESOURCES[stream])


def test_what_is_deleted_is_not_read_any_more(story: Story) -> None:
    deleted = {
        stream: set(story.touched.get(kind, {}).get("deleted", ()))
        for stream, kind in RESOURCES.items()
    }
    assert deleted["profiles"]
    assert deleted["campaigns"]
    for stream, gone in deleted.items():
        assert not gone & set(story.deduplicated.ids(stream)), stream


def test_appending_reads_no_event_twice(story: Story) -> None:
    (watermark,) = watermarks("events", story.first.states["events"])
    last_seconds = {row.id for row in rows(story.sandbox, "events") if row.second >= watermark}
    again = set(story.appended.ids("events")) & set(story.first.ids("events"))
    assert story.appended.code == 0
    assert set(story.touched["event"]["added"]) <= set(story.appended.ids("events"))
    assert again <= last_seconds
    assert len(story.appended.ids("events")) == len(set(story.appended.ids("events")))


def test_a_watermark_includes_its_own_second(connect: Connect, shop: Sandbox) -> None:
    due: dict[str, set[str]] = {}
    states: list[Json] = []
    for stream, cursor in CURSORS.items():
        held = sorted(rows(shop, stream), key=lambda row: row.second)
        watermark = held[len(held) // 2].second
        due[stream] = {row.id for row in held if row.second >= watermark}
        assert 0 < len(due[stream]) < len(held)
        moment = datetime.fromtimestamp(watermark, UTC).isoformat()
        states.append(state_of(stream, {cursor: moment, "version": 1}))
    connector = connect(shop, lookback_days=0)
    output = connector.read(catalog(CURSORS, destination="append"), states)
    assert output.code == 0
    for stream, ids in due.items():
        assert sorted(output.ids(stream)) == sorted(ids), stream


def test_no_event_from_before_the_start_date(connect: Connect, shop: Sandbox) -> None:
    output = connect(shop, start_date="2026-03-01").read(catalog())
    since = second("2026-03-01")
    due = {row.id for row in rows(shop, "events") if row.second >= since}
    assert 0 < len(due) < len(shop.ids("event"))
    assert sorted(output.ids("events")) == sorted(due)
    assert_complete(shop, output, [stream for stream in RESOURCES if stream != "events"])


def test_a_start_date_leaves_no_reference_without_its_row(connect: Connect, shop: Sandbox) -> None:
    members = ["list_profiles", "segment_profiles"]
    connector = connect(shop, start_date="2026-03-01")
    output = connector.read(catalog(["events", "profiles", *members], "full_refresh"))
    profiles = {record["id"]: record for record in output.records["profiles"]}
    assert min(record["updated"] for record in profiles.values()) < "2026-03-01"
    for stream in ("events", *members):
        named = {record["profile_id"] for record in output.records[stream]}
        assert named
        assert named <= profiles.keys(), stream


def ahead(story: Story) -> set[str]:
    """Return the events of the future that the state of the first sync names."""
    return {*story.first.states["events"]["stream"]["stream_state"]["ahead"]}
