"""What is to be left out is in no byte of what the program prints, and not asked for."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from integration_tests.connector.conftest import Connect, connector_of
from integration_tests.connector.harness import Json, Output, catalog
from klaviyo_sandbox import Sandbox, Settings

_STREAMS: Final = ("events", "events_detailed", "global_exclusions", "profiles")
_SHOP: Final = Settings(events=80, profiles=5, lists=2, flows=2, campaigns=4, limits=False)
_PROFILE: Final = "01HVSMHW5Q5CHZA2RCM67SX3PA"
_METRIC: Final = "Mark12"

MARKS: Final[dict[str, dict[str, str]]] = {
    "profiles": {
        name: f"profile-mark-{number}"
        for number, name in enumerate(
            (
                *("email", "phone_number", "first_name", "organization"),
                *("location.city", "location.address1", "properties.birthday", "properties.a.b"),
            )
        )
    },
    "events": {
        "event_properties.$message": "event-mark-0",
        "event_properties.$value_currency": "event-mark-1",
        "event_properties.Items.Name": "event-mark-2",
        "metric_name": "event-mark-3",
        "uuid": "event-mark-4",
    },
}
"""What stands in one profile, and in one event, at the place that a user would name."""


def marked(stream: str, **others: object) -> Json:
    """Return the attributes of a marked row."""
    attributes: Json = dict(others)
    for name, mark in MARKS[stream].items():
        *above, last = name.split(".")
        place = attributes
        for key in above:
            place = place.setdefault(key, {})
        place[last] = mark
    return attributes


@pytest.fixture(scope="module")
def shop() -> Iterator[Sandbox]:
    with Sandbox.start(_SHOP) as sandbox:
        updated = "2026-03-01T00:00:00+00:00"
        profile = marked("profiles", updated=updated, created=updated)
        sandbox.put({"type": "profile", "id": _PROFILE, "attributes": profile})
        event = marked("events", datetime=updated, timestamp=1772323200)
        name = event.pop("metric_name")
        event["event_properties"] |= {"Campaign Name": "x", "Items": [{"Name": "event-mark-2"}]}
        dates = {"created": updated, "updated": updated}
        sandbox.put({"type": "metric", "id": _METRIC, "attributes": {"name": name, **dates}})
        held = {"metric": ("metric", _METRIC), "profile": ("profile", _PROFILE)}
        sandbox.put(
            {
                "type": "event",
                "id": "MarkedEvent",
                "attributes": event,
                "relationships": {
                    key: {"data": {"type": kind, "id": row}} for key, (kind, row) in held.items()
                },
            }
        )
        yield sandbox


def excluding(fields: dict[str, set[str]]) -> str:
    return "; ".join(f"{name}: {', '.join(sorted(each))}" for name, each in fields.items() if each)


def printed(output: Output) -> bytes:
    assert output.code == 0
    return output.stdout + output.stderr


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    fields=st.fixed_dictionaries({name: st.sets(st.sampled_from([*MARKS[name]])) for name in MARKS})
)
def test_no_excluded_value_leaves_klaviyo(
    shop: Sandbox, tmp_path: Path, fields: dict[str, set[str]]
) -> None:
    connector = connector_of(shop, tmp_path, exclude_fields=excluding(fields))
    text = printed(connector.read(catalog(MARKS))).decode()
    for stream, marks in MARKS.items():
        for name, mark in marks.items():
            assert (mark in text) == (name not in fields[stream]), name


def test_another_stream_keeps_what_one_leaves_out(shop: Sandbox, connect: Connect) -> None:
    left_out = {"profiles": {"email"}, "events": {"event_properties"}}
    output = connect(shop, exclude_fields=excluding(left_out)).read(catalog(_STREAMS))
    (event,) = (each for each in output.records["events"] if each["id"] == "MarkedEvent")
    assert "event_properties" not in event["attributes"]
    assert (event["campaign_id"], event["currency"], event["value"]) == (None, None, None)
    assert event["metric_name"] == "event-mark-3"
    (same,) = (each for each in output.records["events_detailed"] if each["id"] == "MarkedEvent")
    assert same["attributes"]["event_properties"]["$message"] == "event-mark-0"


def test_klaviyo_is_not_asked_for_what_is_left_out(shop: Sandbox, connect: Connect) -> None:
    shop.log.reset()
    printed(connect(shop, exclude_fields="profiles: email, location").read(catalog(["profiles"])))
    asked = [each for each in shop.log.requests() if each.path == "/api/profiles"]
    assert asked
    for request in asked:
        fields = parse_qs(request.query)["fields[profile]"][0].split(",")
        assert {"first_name", "updated"} <= set(fields)
        assert not {"email", "location"} & set(fields)


def test_discover_lacks_them_and_check_knows_their_names(shop: Sandbox, connect: Connect) -> None:
    output = connect(shop, exclude_fields="profiles: email, location.city").discover()
    (found,) = (
        each["json_schema"]["properties"]["attributes"]["properties"]
        for message in output.of_type("CATALOG")
        for each in message["catalog"]["streams"]
        if each["name"] == "profiles"
    )
    assert "email" not in found
    assert "city" not in found["location"]["properties"]
    assert {"phone_number", "location"} <= found.keys()
    wrong = connect(shop, exclude_fields="profiles: emial").check()
    (status,) = wrong.of_type("CONNECTION_STATUS")
    assert status["connectionStatus"]["status"] == "FAILED"
    assert "Did you mean email?" in status["connectionStatus"]["message"]


def test_every_record_names_its_account(shop: Sandbox, connect: Connect) -> None:
    (account,) = shop.ids("account")
    streams = ["accounts", "campaigns", "event_attributions", "events", "flow_definitions", "lists"]
    streams += ["lists_detailed", "campaigns_detailed", "tag_links", "list_profiles", "profiles"]
    output = connect(shop, add_account_id=True, exclude_fields="profiles: email").read(
        catalog(streams, "full_refresh", "overwrite")
    )
    assert output.code == 0
    for stream in streams:
        records = output.records[stream]
        assert {record["account_id"] for record in records} == {account}, stream
    assert all("email" not in record["attributes"] for record in output.records["profiles"])


def test_no_message_waits_for_the_account(shop: Sandbox, connect: Connect) -> None:
    output = connect(shop, add_account_id=True).read(catalog(["events", "profiles"]))
    first = [json.dumps(message) for message in output.messages[:2]]
    assert all("STARTED" in each for each in first)


def test_without_the_scope_every_stream_says_so(shop: Sandbox, connect: Connect) -> None:
    shop.access.add_key("pk_no_account", ["events:read", "metrics:read"])
    without = {"credentials": {"auth_type": "api_key", "api_key": "pk_no_account"}}
    connector = connect(shop, add_account_id=True, **without)
    output = connector.read(catalog(["events"]))
    assert output.code == 1
    assert (
        "`add_account_id` needs the scope accounts:read." in output.failure_of("events")["message"]
    )
    (status,) = connector.check().of_type("CONNECTION_STATUS")
    assert status["connectionStatus"]["status"] == "FAILED"
