"""What changes a running shop shows in what it serves."""

from datetime import datetime, timedelta

import pytest

from integration_tests.sandbox.reader import Reader
from klaviyo_sandbox import ControlError, Sandbox


def test_added_ones_are_served(own: Sandbox, own_reader: Reader) -> None:
    for kind, path in (
        ("profile", "/api/profiles"),
        ("list", "/api/lists"),
        ("template", "/api/templates"),
    ):
        ids = own.add(kind, 3)
        assert len(set(ids)) == 3
        assert set(ids) <= set(own_reader.all_ids(path))
        assert set(own_reader.all_ids(path)) == own.ids(kind)


def test_late_and_future_events(own: Sandbox, own_reader: Reader) -> None:
    now = datetime.fromisoformat(own.now())
    (late,) = own.add("event", 1, days_ago=5)
    (ahead,) = own.add("event", 1, days_ago=-2)
    bound = (now - timedelta(days=4)).strftime("%Y-%m-%dT%H:%M:%SZ")
    behind = own_reader.all_ids("/api/events", {"filter": f"less-than(datetime,{bound})"})
    assert late in behind
    assert ahead not in behind
    assert own_reader.all_ids("/api/events", {"sort": "datetime"})[-1] in own.ids("event")
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
    text = 'equals(messages.channel,"sms")'
    chosen = own_reader.all_ids("/api/campaigns", {"filter": text})[:3]
    assert len(chosen) == 3
    own.update("campaign", chosen)
    assert set(chosen) <= set(
        own_reader.all_ids("/api/campaigns", {"filter": text, "sort": "-updated_at"})
    )


def test_deleted_ones_are_gone(own: Sandbox, own_reader: Reader) -> None:
    group, members = max(
        ((one, own.members("list", one)) for one in own.ids("list")), key=lambda pair: len(pair[1])
    )
    gone = sorted(members)[:3]
    assert own.delete("profile", gone) == gone
    assert not set(gone) & set(own_reader.all_ids("/api/profiles"))
    assert not set(gone) & set(own_reader.all_ids(f"/api/lists/{group}/profiles"))
    assert own_reader.get(f"/api/profiles/{gone[0]}").status == 404
    assert own.delete("profile", gone) == []


def test_members_come_and_go(own: Sandbox, own_reader: Reader) -> None:
    group = min(own.ids("segment"))
    path = f"/api/segments/{group}/profiles"
    inside = own.members("segment", group)
    joining = sorted(own.ids("profile") - inside.keys())[:2]
    leaving = sorted(inside)[:2]
    own.join("segment", group, joining)
    own.leave("segment", group, leaving)
    found = own_reader.all_ids(path, {"sort": "joined_group_at"})
    assert set(found) == set(inside) - set(leaving) | set(joining)
    assert set(found[-2:]) == set(joining)


def test_documents_are_kept_as_given(own: Sandbox, own_reader: Reader) -> None:
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
            "metric": {"data": {"type": "metric", "id": min(own.ids("metric"))}},
            "profile": {"data": {"type": "profile", "id": min(own.ids("profile"))}},
            "attributions": {"data": []},
        },
    }
    assert own.put(event) == "handmade001"
    text = "equals(metric_id,'{}'),less-than(datetime,2023-11-14T22:13:21Z)"
    text += ",greater-than(datetime,2023-11-14T22:13:19Z)"
    answer = own_reader.get("/api/events", {"filter": text.format(min(own.ids("metric")))})
    assert answer.ids == ["handmade001"]
    assert answer.rows[0]["attributes"] == event["attributes"]

    own.put({"type": "tag", "id": "t", "attributes": {"name": "Before"}})
    own.put({"type": "tag", "id": "t", "attributes": {"name": "After"}})
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
    events = set(own_reader.all_ids("/api/events"))
    assert {
        *touched["event"]["added"],
        *touched["event"]["late"],
        *touched["event"]["ahead"],
    } <= events
    assert set(own_reader.all_ids("/api/profiles")) == own.ids("profile")


def test_the_clock_can_be_moved(own: Sandbox, own_reader: Reader) -> None:
    before = datetime.fromisoformat(own.now())
    own.advance(86_400)
    assert datetime.fromisoformat(own.now()) - before >= timedelta(days=1)
    bound = (before + timedelta(hours=23)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert own_reader.get("/api/events", {"filter": f"less-than(datetime,{bound})"}).status == 200
    assert own_reader.get("/api/accounts").headers["Date"].endswith("GMT")


def test_what_does_not_exist_cannot_be_changed(own: Sandbox) -> None:
    with pytest.raises(ControlError, match="no such resource"):
        own.update("profile", ["nonsense"])


def test_a_changed_event_keeps_its_attribution(own: Sandbox) -> None:
    credited = {
        document["relationships"]["event"]["data"]["id"]
        for document in own.documents("attribution")
    }
    event = min(credited)
    own.update("event", [event], {"event_properties": {}})
    assert own.related("event", event, "attributions") == [event]
