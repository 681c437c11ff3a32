"""Filters really filter: the answers are held against the shop's own rows."""

import random
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from integration_tests.sandbox.reader import Json, Reader
from klaviyo_sandbox import Sandbox

NOW = datetime.fromisoformat
DATES = {
    "greater-than": lambda value, bound: value > bound,
    "greater-or-equal": lambda value, bound: value >= bound,
    "less-than": lambda value, bound: value < bound,
    "less-or-equal": lambda value, bound: value <= bound,
}


def attributes(sandbox: Sandbox, kind: str, *additional: str) -> dict[str, Json]:
    rows = sandbox.documents(kind, additional=additional)
    return {str(row["id"]): row["attributes"] for row in rows}


@pytest.mark.parametrize(
    ("path", "kind", "field", "operators"),
    [
        ("/api/events", "event", "datetime", list(DATES)),
        ("/api/profiles", "profile", "updated", ["greater-than", "less-than"]),
        ("/api/profiles", "profile", "created", ["greater-than", "less-than"]),
        ("/api/lists", "list", "updated", ["greater-than"]),
        ("/api/templates", "template", "created", list(DATES)),
        ("/api/flows", "flow", "updated", list(DATES)),
        ("/api/images", "image", "updated_at", list(DATES)),
    ],
)
def test_time_bounds(
    path: str, kind: str, field: str, operators: list[str], shop: Sandbox, reader: Reader
) -> None:
    rows = attributes(shop, kind)
    hidden = shop.ids(kind, hidden=True)
    times = {
        row_id: datetime.fromisoformat(str(row[field]))
        for row_id, row in rows.items()
        if row_id not in hidden
    }
    past = sorted(time for time in times.values() if time < NOW(shop.now()))
    for bound in (past[len(past) // 3], past[len(past) // 2]):
        for operator in operators:
            expected = {row for row, time in times.items() if DATES[operator](time, bound)}
            assert expected
            assert expected != times.keys()
            text = f"{operator}({field},{bound.isoformat()})"
            for query in ({"filter": text}, {"filter": text, "sort": field}):
                found = reader.all_ids(path, query)
                assert len(found) == len(set(found))
                assert set(found) == expected


def test_windows_that_touch_hold_every_event_once(shop: Sandbox, reader: Reader) -> None:
    times = sorted(str(row["datetime"]) for row in attributes(shop, "event").values())
    edges = [times[0], *(times[len(times) * part // 5] for part in range(1, 5))]
    found: list[str] = []
    for number, edge in enumerate(edges):
        text = f"greater-or-equal(datetime,{edge.replace(' ', 'T')})"
        if number + 1 < len(edges):
            text += f",less-than(datetime,{edges[number + 1].replace(' ', 'T')})"
        found += reader.all_ids("/api/events", {"filter": text, "sort": "datetime"})
    assert sorted(found) == sorted(shop.ids("event"))


VALUES: list[tuple[str, str, Callable[[Any], bool]]] = [
    ("tag.name", 'contains(name,"Sale")', lambda value: "Sale" in value),
    ("tag.name", 'starts-with(name,"S")', lambda value: value[0] == "S"),
    ("tag.name", 'ends-with(name,"7")', lambda value: value[-1] == "7"),
    ("form.ab_test", "equals(ab_test,true)", lambda value: value is True),
    ("review.rating", "any(rating,[1,5])", lambda value: value in (1, 5)),
    ("review.rating", "greater-or-equal(rating,4)", lambda value: value >= 4),
    ("segment.is_active", "equals(is_active,false)", lambda value: not value),
    ("push-token.platform", 'equals(platform,"ios")', lambda value: value == "ios"),
    ("profile.email", 'any(email,["person5@example.com"])', lambda value: str(value)[6:8] == "5@"),
]


@pytest.mark.parametrize(("field", "text", "test"), VALUES)
def test_values(
    field: str, text: str, test: Callable[[Any], bool], shop: Sandbox, reader: Reader
) -> None:
    kind, _, name = field.partition(".")
    rows = attributes(shop, kind)
    expected = {row_id for row_id, row in rows.items() if test(row[name])}
    assert 0 < len(expected) < len(rows)
    assert set(reader.all_ids(f"/api/{kind}s", {"filter": text})) == expected


def test_texts_may_be_quoted_both_ways_and_hold_signs(own: Sandbox, own_reader: Reader) -> None:
    names = ("it's", 'say "hi", (ok)', "back\\slash")
    for number, name in enumerate(names):
        own.put({"type": "tag", "id": f"odd{number}", "attributes": {"name": name}})
    for number, name in enumerate(names):
        plain = name.replace("\\", "\\\\")
        double, single = plain.replace('"', '\\"'), plain.replace("'", "\\'")
        for text in (
            f'contains(name,"{double}")',
            f" contains( name , '{single}' ) ",
            f"and(contains(name,'{single}'),starts-with(name,\"{double[0]}\"))",
        ):
            assert own_reader.get("/api/tags", {"filter": text}).ids == [f"odd{number}"]


def test_dates_are_instants_in_any_form(reader: Reader, shop: Sandbox) -> None:
    middle = sorted(row["datetime"] for row in attributes(shop, "event").values())[1_000]
    day = middle[:10]
    found = [
        reader.all_ids("/api/events", {"filter": f"less-than(datetime,{text})"})
        for text in (day, f"{day} 00:00:00Z", f"{day}T02:00:00+02:00", f"{day}T00:00:00.000000Z")
    ]
    assert found[0]
    assert found == [found[0]] * 4


def test_events_of_one_metric_and_of_one_profile(shop: Sandbox, reader: Reader) -> None:
    events = shop.documents("event")
    for field in ("metric", "profile"):
        link = random.Random(3).choice(events)["relationships"][field]["data"]["id"]
        if link not in shop.ids(field):
            continue
        expected = {
            event["id"] for event in events if event["relationships"][field]["data"]["id"] == link
        }
        query = {"filter": f'equals({field}_id,"{link}")', "sort": "datetime"}
        assert set(reader.all_ids("/api/events", query)) == expected


def test_events_whose_metric_is_gone(shop: Sandbox, reader: Reader) -> None:
    known = shop.ids("metric")
    lost = {
        str(event["id"])
        for event in shop.documents("event")
        if event["relationships"]["metric"]["data"]["id"] not in known
    }
    assert lost
    assert set(reader.all_ids("/api/events", {"filter": "has(metric)"})) == shop.ids("event") - lost


def test_suppressed_profiles(shop: Sandbox, reader: Reader) -> None:
    field = "subscriptions.email.marketing.suppression"
    rows = attributes(shop, "profile", "subscriptions")
    reasons = {
        row_id: [
            entry["reason"] for entry in row["subscriptions"]["email"]["marketing"]["suppression"]
        ]
        for row_id, row in rows.items()
    }
    expected = {row_id for row_id, found in reasons.items() if "HARD_BOUNCE" in found}
    assert expected
    assert (
        set(reader.all_ids("/api/profiles", {"filter": f'equals({field}.reason,"HARD_BOUNCE")'}))
        == expected
    )
    every = {row_id for row_id, found in reasons.items() if found}
    query = {"filter": f"greater-than({field}.timestamp,2000-01-01)", "sort": f"{field}.timestamp"}
    assert set(reader.all_ids("/api/profiles", query)) == every


def test_hidden_ones_come_only_when_asked_for(shop: Sandbox, reader: Reader) -> None:
    for path, kind, flag, required in (
        ("/api/campaigns", "campaign", "archived", 'equals(messages.channel,"email"),'),
        ("/api/flows", "flow", "archived", ""),
        ("/api/images", "image", "hidden", ""),
    ):
        hidden = shop.ids(kind, hidden=True)
        assert hidden
        plain = set(reader.all_ids(path, {"filter": required.rstrip(",")} if required else None))
        asked = set(reader.all_ids(path, {"filter": f"{required}equals({flag},true)"}))
        assert plain
        assert asked
        assert not plain & hidden
        assert asked <= hidden


def test_members(shop: Sandbox, reader: Reader) -> None:
    for kind in ("list", "segment"):
        group = max(shop.ids(kind), key=lambda one: len(shop.members(kind, one)))
        members = shop.members(kind, group)
        bound = sorted(members.values())[len(members) // 2]
        expected = {who for who, joined in members.items() if joined >= bound}
        assert 0 < len(expected) < len(members)
        query = {"filter": f"greater-or-equal(joined_group_at,{bound})", "sort": "joined_group_at"}
        for tail in ("profiles", "relationships/profiles"):
            assert set(reader.all_ids(f"/api/{kind}s/{group}/{tail}", query)) == expected
