"""What the program prints is Airbyte's protocol, and it asks Klaviyo as it should."""

import logging
from collections.abc import Mapping

from airbyte_cdk.models import (
    AirbyteMessageSerializer,
    ConfiguredAirbyteCatalogSerializer,
    Status,
    SyncMode,
)
from airbyte_cdk.models import Type as MessageType

from integration_tests.connector.conftest import Connect
from integration_tests.connector.harness import CURSORS, RESOURCES, Output, catalog, key
from integration_tests.connector.relay import Reply, closed, host, pass_on
from klaviyo_sandbox import Quirks, RefusedParameter, Sandbox
from source_klaviyo import SourceKlaviyo
from source_klaviyo.registry import STREAMS, stream_name, streams_named
from tools.generate_spec import specification

JSON = {"Content-Type": "application/json"}
TYPES = {"RECORD", "STATE", "LOG", "TRACE", "SPEC", "CONNECTION_STATUS", "CATALOG"}


def test_every_line_of_a_read_is_a_message(full_read: Output) -> None:
    assert full_read.stderr == b""
    assert full_read.stdout.endswith(b"\n")
    assert len(full_read.messages) > 1_000
    for message in full_read.messages:
        assert message["type"] in TYPES
        AirbyteMessageSerializer.load(message)


def test_every_stream_starts_runs_and_completes(full_read: Output) -> None:
    for stream in RESOURCES:
        assert full_read.statuses(stream) == ["STARTED", "RUNNING", "COMPLETE"]


def test_states_count_the_records(full_read: Output) -> None:
    assert full_read.counted == {stream: len(full_read.ids(stream)) for stream in RESOURCES}


def test_spec_is_a_specification(connect: Connect, shop: Sandbox) -> None:
    output = connect(shop).spec()
    (message,) = (AirbyteMessageSerializer.load(line) for line in output.of_type("SPEC"))
    assert (output.code, output.stderr) == (0, b"")
    assert message.spec == specification()


def test_discover_needs_no_network(connect: Connect, shop: Sandbox) -> None:
    output = connect(shop, api_base_url=closed()).discover()
    assert (output.code, output.stderr) == (0, b"")
    (warning,) = (line for line in output.logs if "Every stream is offered" in line)
    assert "could not be reached" in warning
    (message,) = (AirbyteMessageSerializer.load(line) for line in output.of_type("CATALOG"))
    assert message.catalog is not None
    streams = {stream.name: stream for stream in message.catalog.streams}
    assert len(streams) == len(STREAMS)
    for name in RESOURCES:
        stream = streams[name]
        assert stream.source_defined_primary_key == [["id"]]
        has_cursor = name in {*CURSORS, "metrics"}
        assert (SyncMode.incremental in stream.supported_sync_modes) == has_cursor
        if name in CURSORS:
            assert stream.source_defined_cursor
            assert stream.default_cursor_field == [CURSORS[name]]
            assert CURSORS[name] in stream.json_schema["properties"]


def test_check_names_the_account(connect: Connect, shop: Sandbox) -> None:
    output = connect(shop).check()
    assert (output.code, output.stderr) == (0, b"")
    for message in output.messages:
        AirbyteMessageSerializer.load(message)
    (account,) = shop.documents("account")
    assert output.connection["status"] == "SUCCEEDED"
    assert str(account["id"]) in output.connection["message"]
    assert "Missing" not in output.connection["message"]


def test_check_tells_which_streams_a_key_does_not_open(connect: Connect, shop: Sandbox) -> None:
    shop.access.add_key("pk_narrow", ["accounts:read", "lists:read"])
    narrow = connect(shop, credentials=key("pk_narrow")).check()
    assert narrow.connection["status"] == "SUCCEEDED"
    closed_streams = RESOURCES.keys() - {"accounts", "lists"}
    lines = narrow.connection["message"].splitlines()
    for stream in closed_streams:
        (line,) = (line for line in lines if stream in line.partition(": ")[2].split(", "))
        (scope,) = streams_named([stream])[stream].scopes
        assert line.startswith(f"Missing scope {scope}: ")


def test_discover_leaves_out_what_klaviyo_refuses(connect: Connect, shop: Sandbox) -> None:
    shop.access.add_key("pk_lists", ["accounts:read", "lists:read"])
    with host(pass_on(shop)) as front:
        narrow = connect(shop, api_base_url=front.url, credentials=key("pk_lists"))
        output = narrow.discover()
        discovering = len(front.asked)
        narrow.check()
        assert discovering == len(front.asked) - discovering, "no more than check asks"
    (message,) = output.of_type("CATALOG")
    offered = {stream["name"] for stream in message["catalog"]["streams"]}
    assert offered == {"accounts", "lists", "lists_detailed"}
    (warning,) = (line for line in output.logs if line.startswith("Left out"))
    assert (
        set(warning.rpartition(": ")[2].rstrip(".").split(", "))
        == {stream_name(stream) for stream in STREAMS} - offered
    )


def test_a_request_that_klaviyo_refuses_for_its_form_closes_its_own_stream_alone(
    connect: Connect, shop: Sandbox
) -> None:
    shop.set_quirks(Quirks(refuse_parameters=(RefusedParameter("fields[profile]=created"),)))
    checked = connect(shop).check()
    assert checked.connection["status"] == "SUCCEEDED"
    lines = checked.connection["message"].splitlines()
    (refused,) = (line for line in lines if "400" in line)
    assert refused.startswith("Klaviyo refused the request (400 at /api/profiles)")
    assert refused.endswith(": profile_ids")


def test_a_fault_hides_no_stream(connect: Connect, shop: Sandbox) -> None:
    """A stream that vanishes from the catalog breaks the connections that read it."""

    answer, refused = pass_on(shop), set[str]()

    def faulty(path: str, headers: Mapping[str, str], sent: bytes) -> Reply:
        bare = path.partition("?")[0]
        if bare in {"/api/lists", "/api/tags"}:
            return 503, JSON, b"{}"
        if bare != "/api/accounts" and bare not in refused:
            refused.add(bare)
            return 403, JSON, b'{"errors": [{"status": 403, "detail": "load-shed"}]}'
        return answer(path, headers, sent)

    with host(faulty) as front:
        output = connect(shop, api_base_url=front.url).discover()
    assert refused
    (message,) = output.of_type("CATALOG")
    offered = {stream["name"] for stream in message["catalog"]["streams"]}
    assert offered == {stream_name(stream) for stream in STREAMS} - {"webhooks", "webhook_topics"}


def test_check_fails_where_no_stream_can_be_read(connect: Connect, shop: Sandbox) -> None:
    shop.access.add_key("pk_useless", ["webhooks:read"])
    output = connect(shop, credentials=key("pk_useless")).check()
    assert output.connection["status"] == "FAILED"
    assert "No stream can be read" in output.connection["message"]


def test_every_request_pins_the_revision(connect: Connect, shop: Sandbox) -> None:
    with host(pass_on(shop)) as front:
        output = connect(shop, api_base_url=front.url).read(catalog())
    assert output.code == 0
    assert len(front.asked) > 30
    for path, headers in front.asked:
        assert path.startswith("/api/")
        newer = path.startswith("/api/profiles")
        assert headers["revision"] == ("2026-10-15" if newer else "2026-07-15")
        assert headers["x-klaviyo-revision-fall-forward-opt-out"] == "1"
        assert headers["authorization"] == f"Klaviyo-API-Key {shop.key}"


def test_the_source_yields_in_process_what_the_program_prints(
    connect: Connect, shop: Sandbox, full_read: Output
) -> None:
    configured = ConfiguredAirbyteCatalogSerializer.load(
        catalog(mode="full_refresh", destination="overwrite")
    )
    logger = logging.getLogger("airbyte")
    messages = list(SourceKlaviyo().read(logger, connect(shop).config, configured, []))
    ids: dict[str, list[str]] = {stream: [] for stream in RESOURCES}
    for message in messages:
        if message.record:
            ids[message.record.stream].append(message.record.data["id"])
    assert {stream: sorted(found) for stream, found in ids.items()} == {
        stream: sorted(full_read.ids(stream)) for stream in RESOURCES
    }
    statuses = [
        message.trace.stream_status.status.value
        for message in messages
        if message.type is MessageType.TRACE and message.trace and message.trace.stream_status
    ]
    assert sorted(statuses) == sorted(
        status for stream in RESOURCES for status in full_read.statuses(stream)
    )


def test_the_sources_check_says_what_the_program_says(connect: Connect, shop: Sandbox) -> None:
    status = SourceKlaviyo().check(logging.getLogger("airbyte"), connect(shop).config)
    assert status.status is Status.SUCCEEDED
    assert SourceKlaviyo().check_connection(logging.getLogger("airbyte"), connect(shop).config) == (
        True,
        status.message,
    )
