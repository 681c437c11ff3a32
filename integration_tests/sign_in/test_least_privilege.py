"""Streams are read with as few scopes as their own collection needs."""

from collections.abc import Iterator

import pytest

from integration_tests.connector.harness import Connector, Json, Output, catalog, key
from integration_tests.sign_in.conftest import SignedIn, own_app
from klaviyo_sandbox import Sandbox
from source_klaviyo.registry import STREAMS, scopes_of

RESOURCES = {
    "campaigns": "campaign",
    "email_templates": "template",
    "events": "event",
    "flows": "flow",
    "lists": "list",
    "profiles": "profile",
}
SIX = [
    f"{name}:read" for name in ("campaigns", "events", "flows", "lists", "profiles", "templates")
]
SCOPES = scopes_of()
WARNING = "Missing scope tags:read: records have null for the tags of campaigns, the tags of flows."


@pytest.fixture(params=["key", "app"])
def credentials(request: pytest.FixtureRequest, shop: Sandbox) -> Iterator[Json]:
    """Yield credentials with the six scopes that users are usually told to grant."""
    if request.param == "app":
        yield own_app(shop, SIX)
        return
    shop.access.add_key("pk_six_scopes", SIX)
    yield key("pk_six_scopes")


def warnings(output: Output) -> list[str]:
    """Return what the program warned of, but for attributes that are in no schema."""
    logs = (message["log"] for message in output.of_type("LOG"))
    told = [log["message"] for log in logs if log["level"] == "WARN"]
    return [line for line in told if "this connector's schemas" not in line]


def assert_read(shop: Sandbox, output: Output) -> None:
    assert (output.code, output.stderr) == (0, b"")
    for stream, kind in RESOURCES.items():
        held = shop.ids(kind)
        assert held
        assert set(output.ids(stream)) == held
        assert len(output.ids(stream)) == len(held)


def test_six_scopes_read_six_streams(shop: Sandbox, signed_in: SignedIn, credentials: Json) -> None:
    output = signed_in(credentials).read(catalog(RESOURCES))
    assert_read(shop, output)
    for stream in ("campaigns", "flows"):
        assert all(record["tags"] is None for record in output.records[stream])
    assert all(record["campaign_messages"] for record in output.records["campaigns"])
    assert any(record["flow_actions"] for record in output.records["flows"])
    metrics, tags = sorted(warnings(output))
    assert metrics.startswith("Missing scope metrics:read: records have null for the metric of")
    assert tags.startswith(WARNING)
    asked = [entry for entry in shop.log.requests() if "tags" in entry.query]
    if credentials["auth_type"] == "api_key":
        assert asked
        assert len(asked) <= 2 * 8  # no more than were on their way before the first answer
    else:
        assert not asked


def test_a_stream_made_of_what_needs_the_scope_fails_alone(
    shop: Sandbox, signed_in: SignedIn, credentials: Json
) -> None:
    output = signed_in(credentials).read(catalog(["campaigns", "tag_links"]))
    assert output.code == 1
    assert set(output.ids("campaigns")) == shop.ids("campaign")
    assert all(record["tags"] is None for record in output.records["campaigns"])
    assert output.failure_of("tag_links")["failure_type"] == "config_error"
    assert "tags:read" in output.failure_of("tag_links")["message"]


def test_check_groups_what_cannot_be_read(signed_in: SignedIn, credentials: Json) -> None:
    connection = signed_in(credentials).check().connection
    assert connection["status"] == "SUCCEEDED"
    first, *reasons = connection["message"].splitlines()
    readable = sum(set(stream.scopes) <= set(SIX) for stream in STREAMS)
    assert f"{readable} of {len(STREAMS)} streams" in first
    told = dict(reason.split(": ", 1) for reason in reasons)
    assert told["Missing scope tags:read"] == "campaign_message_tags, tag_groups, tags"
    assert told["Read without the parts that need tags:read"].startswith("campaigns, flows")
    assert told["Missing scopes segments:read and tags:read"] == "tag_links"
    assert len({stream for streams in told.values() for stream in streams.split(", ")}) == len(
        [stream for streams in told.values() for stream in streams.split(", ")]
    )


def test_check_asks_once_for_each_scope(shop: Sandbox, signed_in: SignedIn) -> None:
    connector: Connector = signed_in(key(shop.key))
    connection = connector.check().connection
    assert connection["status"] == "SUCCEEDED"
    asked = shop.log.counts()
    assert len(asked) > 20
    again = sum(entry.status == 403 for entry in shop.log.requests()) // 2
    assert sum(count.requests for count in asked.values()) <= len(SCOPES) + again
