"""Changes of a running shop show in its answers."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal

import pytest

from integration_tests.sandbox.reader import Reader
from klaviyo_sandbox import ControlError, Sandbox


@pytest.fixture(autouse=True)
def plain(own: Sandbox) -> Iterator[None]:
    yield
    own.clear_changes()


@pytest.mark.parametrize("kind", ["profile", "list", "template"])
def test_added_ones_are_served(kind: str, own: Sandbox, own_reader: Reader) -> None:
    ids = own.add(kind, 3)
    assert len(set(ids)) == 3
    found = own_reader.all_ids(f"/api/{kind}s")
    assert set(ids) <= set(found)
    assert set(found) == own.ids(kind)


def test_late_and_future_events(own: Sandbox, own_reader: Reader) -> None:
    now = datetime.fromisoformat(own.now())
    (late,) = own.add("event", 1, days_ago=5)
    (ahead,) = own.add("event", 1, days_ago=-2)
    bound = (now - timedelta(days=4)).strftime("%Y-%m-%dT%H:%M:%SZ")
    behind = own_reader.all_ids("/api/events", {"filter": f"less-than(datetime,{bound})"})
    assert late in behind
    assert ahead not in behind
    text = str(own_reader.get(f"/api/events/{ahead}").rows[0]["attributes"]["datetime"])
    assert datetime.fromisoformat(text) > now + timedelta(days=1)


def test_an_update_moves_the_time(own: Sandbox, own_reader: Reader) -> None:
    chosen = sorted(own.ids("profile"))[:4]
    before = own.now()[:19]
    own.update("profile", chosen, {"first_name": "Changed"})
    query: dict[str, str | int] = {"sort": "-updated", "page[size]": 20}
    rows = {
        str(row["id"]): row["attributes"] for row in own_reader.get("/api/profiles", query).rows
    }
    for row_id in chosen:
        assert rows[row_id]["first_name"] == "Changed"
        assert str(rows[row_id]["updated"])[:19] >= before
    assert len(own_reader.all_ids("/api/profiles")) == len(own.ids("profile"))


def test_archived_ones_change_sides(own: Sandbox, own_reader: Reader) -> None:
    chosen = min(own.ids("flow", hidden=False))
    own.archive("flow", [chosen])
    assert chosen not in own_reader.all_ids("/api/flows")
    assert chosen in own_reader.all_ids("/api/flows", {"filter": "equals(archived,true)"})


def test_a_campaign_keeps_its_channel_through_changes(own: Sandbox, own_reader: Reader) -> None:
    query = {"filter": 'equals(messages.channel,"sms")'}
    chosen = own_reader.all_ids("/api/campaigns", query)[:3]
    own.update("campaign", chosen)
    assert len(set(chosen) & set(own_reader.all_ids("/api/campaigns", query))) == 3


def test_deleted_ones_are_gone(own: Sandbox, own_reader: Reader) -> None:
    group = max(own.ids("list"), key=lambda one: len(own.members("list", one)))
    gone = sorted(own.members("list", group))[:3]
    assert own.delete("profile", gone) == gone
    assert not set(gone) & set(own_reader.all_ids("/api/profiles"))
    assert not set(gone) & set(own_reader.all_ids(f"/api/lists/{group}/profiles"))
    assert own_reader.get(f"/api/profiles/{gone[0]}").status == 404
    assert own.delete("profile", gone) == []


def test_documents_are_kept_as_given(own: Sandbox, own_reader: Reader) -> None:
    metric = min(own.ids("metric"))
    event = {
        "type": "event",
        "id": "handmade001",
        "attributes": {
            "timestamp": 1700000000,
            "datetime": "2023-11-14T22:13:20+00:00",
            "uuid": "x",
            "event_properties": {"n": 123456789012345678901234567890, "text": "a\u2028b"},
        },
        "relationships": {
            "metric": {"data": {"type": "metric", "id": metric}},
            "profile": {"data": {"type": "profile", "id": min(own.ids("profile"))}},
            "attributions": {"data": []},
        },
    }
    assert own.put(event) == "handmade001"
    text = f"equals(metric_id,'{metric}'),less-than(datetime,2023-11-14T22:13:21Z)"
    text += ",greater-than(datetime,2023-11-14T22:13:19Z)"
    answer = own_reader.get("/api/events", {"filter": text})
    assert answer.ids == ["handmade001"]
    assert answer.rows[0]["attributes"] == event["attributes"]
    for name in ("Before", "After"):
        own.put({"type": "tag", "id": "t", "attributes": {"name": name}})
    assert own_reader.get("/api/tags/t").rows[0]["attributes"] == {"name": "After"}
    assert own_reader.all_ids("/api/tags").count("t") == 1


def test_a_day_touches_everything_it_says(own: Sandbox, own_reader: Reader) -> None:
    touched = own.day_passes()
    assert {"profile", "campaign", "flow", "list", "segment", "template", "event"} <= touched.keys()
    for kind, ways in touched.items():
        held = own.ids(kind)
        assert not held & set(ways.get("deleted", []))
        for way in ("added", "updated", "archived", "late", "ahead"):
            assert set(ways.get(way, [])) <= held
    events = touched["event"]
    found = set(own_reader.all_ids("/api/events"))
    assert {*events["added"], *events["late"], *events["ahead"]} <= found
    for kind in ("list", "segment"):
        joined, left = touched[kind]["joined"], touched[kind]["left"]
        groups = [own.members(kind, group).keys() for group in own.ids(kind)]
        assert any(set(joined) <= group and not set(left) & group for group in groups)


def test_the_clock_can_be_moved(own: Sandbox, own_reader: Reader) -> None:
    before = datetime.fromisoformat(own.now())
    own.advance(86_400)
    assert datetime.fromisoformat(own.now()) - before >= timedelta(days=1)
    bound = (before + timedelta(hours=23)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert own_reader.get("/api/events", {"filter": f"less-than(datetime,{bound})"}).status == 200


def test_only_resources_that_there_are_can_be_changed(own: Sandbox) -> None:
    with pytest.raises(ControlError, match="no such resource"):
        own.update("profile", ["nonsense"])
    with pytest.raises(ControlError, match="no such resource"):
        own.add("nonsense")


def test_a_changed_event_keeps_its_attribution(own: Sandbox) -> None:
    event = min(one["id"] for one in own.documents("attribution"))
    own.update("event", [event], {"event_properties": {}})
    assert own.related("event", event, "attributions") == [event]


def ask(reader: Reader, path: str, times: int) -> None:
    assert {reader.get(path).status for _ in range(times)} == {200}


def updated(own: Sandbox, kind: str) -> dict[str, str]:
    return {str(row["id"]): row["attributes"]["updated"] for row in own.documents(kind)}


def test_rows_change_after_every_third_request(own: Sandbox, own_reader: Reader) -> None:
    before, ids = updated(own, "profile"), own.ids("profile")
    own.change_while_read(path="/api/profiles", every=3, type="profile", rows=20)
    own.change_while_read("/api/lists", 1, "profile", 5, change="add", times=2)
    ask(own_reader, "/api/profiles", 3)
    ask(own_reader, "/api/tags", 3)
    assert updated(own, "profile") == before
    ask(own_reader, "/api/profiles", 4)
    ask(own_reader, "/api/lists", 5)
    changed, added = own.clear_changes()
    after = updated(own, "profile")
    assert len(changed) == 40
    assert len(added) == 10
    assert own.ids("profile") == ids | set(added)
    assert {row_id for row_id in before if after[row_id] != before[row_id]} == set(changed)


@pytest.mark.parametrize("moves", [False, True])
@pytest.mark.parametrize("change", ["archive", "unarchive"])
def test_rows_change_sides_with_and_without_a_new_time(
    change: Literal["archive", "unarchive"],
    moves: bool,  # noqa: FBT001
    own: Sandbox,
    own_reader: Reader,
) -> None:
    before, hidden = updated(own, "flow"), own.ids("flow", hidden=True)
    own.change_while_read("/api/tags", 1, "flow", 2, change=change, times=1, moves_updated=moves)
    ask(own_reader, "/api/tags", 3)
    (changed,) = own.clear_changes()
    after = updated(own, "flow")
    assert len(changed) == 2
    assert own.ids("flow", hidden=True) ^ hidden == set(changed)
    moved = {row_id for row_id in after if after[row_id] > before[row_id]}
    assert moved == (set(changed) if moves else set())
