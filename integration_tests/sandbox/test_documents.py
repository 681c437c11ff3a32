"""JSON:API documents in Klaviyo's form."""

import json

from integration_tests.sandbox.reader import Reader
from klaviyo_sandbox import Sandbox, Settings


def test_only_small_to_one_relationships_carry_data_unasked(reader: Reader) -> None:
    shown = {
        name: "data" in link
        for row in reader.get("/api/events").rows
        for name, link in row["relationships"].items()
    }
    assert shown == {"profile": True, "metric": True, "attributions": False}
    profile = reader.get("/api/profiles").rows[0]["relationships"]
    assert profile.keys() == {"lists", "segments", "push-tokens", "conversations"}
    assert not [name for name, link in profile.items() if "data" in link]
    query = {"filter": 'equals(messages.channel,"email")'}
    campaign = reader.get("/api/campaigns", query).rows[0]["relationships"]
    assert campaign["campaign-messages"]["data"][0]["type"] == "campaign-message"
    assert "data" not in campaign["tags"]


def test_included_ones_come_once_a_page_and_with_data(reader: Reader) -> None:
    plain = reader.get("/api/events")
    assert "included" not in plain.document
    answer = reader.get(
        "/api/events", {"include": "metric,profile,attributions", "page[size]": 500}
    )
    keys = [(str(row["type"]), str(row["id"])) for row in answer.included]
    assert len(keys) == len(set(keys))
    assert {kind for kind, _ in keys} == {"metric", "profile", "attribution"}
    linked = {
        ("attribution", one["id"])
        for row in answer.rows
        for one in row["relationships"].get("attributions", {"data": []})["data"]
    }
    assert linked
    assert any("attributions" not in row["relationships"] for row in answer.rows)
    assert {each for _, each in linked} < {row["id"] for row in answer.rows}
    assert linked == {key for key in keys if key[0] == "attribution"}
    attribution = next(row for row in answer.included if row["type"] == "attribution")
    assert "attributes" not in attribution


def test_nothing_to_include_is_an_empty_list(reader: Reader) -> None:
    query = {"include": "attributions", "filter": "less-than(datetime,2001-01-01)"}
    assert reader.get("/api/events", query).document["included"] == []


def test_sparse_fieldsets_reach_leaves_and_included_types(reader: Reader) -> None:
    query: dict[str, str | int] = {
        "fields[event]": "datetime",
        "fields[profile]": "email,location.city",
        "include": "profile",
    }
    answer = reader.get("/api/events", query)
    assert {tuple(row["attributes"]) for row in answer.rows} == {("datetime",)}
    assert answer.included
    for profile in answer.included:
        assert profile["attributes"].keys() == {"email", "location"}
        assert profile["attributes"]["location"].keys() == {"city"}


def test_additional_fields_come_only_when_asked_for(reader: Reader) -> None:
    plain = reader.get("/api/profiles").rows[0]["attributes"]
    assert not {"subscriptions", "predictive_analytics"} & plain.keys()
    asked = {"additional-fields[profile]": "subscriptions,predictive_analytics"}
    full = reader.get("/api/profiles", asked).rows[0]["attributes"]
    assert full.keys() == {*plain.keys(), "subscriptions", "predictive_analytics"}
    leaf = asked | {"fields[profile]": "email,subscriptions.email.marketing.consent"}
    kept = reader.get("/api/profiles", leaf).rows[0]["attributes"]
    assert kept["subscriptions"] == {
        "email": {"marketing": {"consent": full["subscriptions"]["email"]["marketing"]["consent"]}}
    }
    assert "predictive_analytics" in kept


def test_numbers_arrive_digit_for_digit(reader: Reader) -> None:
    whole = "".join(page.text for page in reader.pages("/api/events"))
    sparse = "".join(
        page.text for page in reader.pages("/api/events", {"fields[event]": "event_properties"})
    )
    for text in (whole, sparse):
        assert '"price":1.10,' in text
        assert '"huge":1.5E+300' in text
        assert '"big":123456789012345678901234567890' in text
        assert "\u2028" in text
        assert "👩‍👩‍👧‍👦" in text


def test_some_events_lie_ahead_and_some_are_written_oddly(shop: Sandbox) -> None:
    times = [str(row["attributes"]["datetime"]) for row in shop.documents("event")]
    assert [time for time in times if " " in time]
    now = shop.now()
    assert [time for time in times if time.replace(" ", "T") > now]
    assert len(times) - len(set(times)) > len(times) // 20


def test_members_show_when_they_joined(shop: Sandbox, reader: Reader) -> None:
    group = max(shop.ids("list"), key=lambda one: len(shop.members("list", one)))
    rows = [
        row
        for page in reader.pages(f"/api/lists/{group}/profiles", {"page[size]": 100})
        for row in page.rows
    ]
    joined = {str(row["id"]): row["attributes"]["joined_group_at"] for row in rows}
    assert joined == shop.members("list", group)
    count = reader.get(f"/api/lists/{group}", {"additional-fields[list]": "profile_count"}).rows[0]
    assert count["attributes"]["profile_count"] == len(joined)


def test_ids_with_signs_in_them(shop: Sandbox, reader: Reader) -> None:
    item = min(shop.ids("catalog-item"))
    assert item.startswith("$custom:::$default:::")
    assert reader.get(f"/api/catalog-items/{item}").ids == [item]
    variants = reader.all_ids(f"/api/catalog-items/{item}/variants", {"page[size]": 1})
    assert len(variants) == 2


def test_the_same_seed_gives_the_same_shop() -> None:
    texts = []
    for _ in range(2):
        with Sandbox.start(
            Settings(events=60, profiles=30, now="2026-09-01T00:00:00+00:00", limits=False)
        ) as sandbox:
            texts.append(json.dumps(sandbox.documents("profile"), sort_keys=True))
            assert sandbox.now() >= "2026-09-01"
    assert len(texts[0]) > 1000
    assert texts[0] == texts[1]
