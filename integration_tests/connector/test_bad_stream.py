"""What is wrong with one stream, or with the way to Klaviyo, is said of that; the rest is read."""

import logging

import pytest
from airbyte_cdk.models import ConfiguredAirbyteCatalogSerializer
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from integration_tests.connector.conftest import Connect
from integration_tests.connector.harness import RESOURCES, Output, catalog, key, state_of
from integration_tests.connector.relay import closed, host
from integration_tests.connector.truth import assert_complete
from klaviyo_sandbox import Fault, Sandbox, Settings
from source_klaviyo import SourceKlaviyo


def test_a_stream_that_is_not_there(connect: Connect, shop: Sandbox) -> None:
    output = connect(shop).read(catalog(["lists", "carts"]))
    _assert_failed(output, "carts", "There is no stream carts", "config_error")
    assert len(output.failures) == 2
    assert_complete(shop, output, ["lists"])


def test_states_that_cannot_be_used(connect: Connect, shop: Sandbox) -> None:
    states = {
        "flows": ({"states": {}}, "`states` is not a list"),
        "segments": ({"datetime": "2026-01-01T00:00:00+00:00"}, "another stream's"),
        "email_templates": ({"updated": 17}, "17 is not a datetime"),
    }
    output = connect(shop).read(
        catalog(["lists", *states]),
        [state_of(stream, blob) for stream, (blob, _) in states.items()],
    )
    for stream, (_, words) in states.items():
        _assert_failed(output, stream, words, "config_error")
        assert f"The state of stream {stream} cannot be used" in output.failures[-1]["message"]
    assert_complete(shop, output, ["lists"])


def test_a_wrong_key(connect: Connect, shop: Sandbox) -> None:
    connector = connect(shop, credentials=key("pk_wrong"))
    words = "does not accept these credentials"
    assert words in connector.check().connection["message"]
    output = connector.read(catalog())
    assert output.code == 1
    assert output.of_type("RECORD") == []
    for stream in RESOURCES:
        assert words in output.failure_of(stream)["message"]
        assert output.failure_of(stream)["failure_type"] == "config_error"


def test_a_key_without_a_scope(connect: Connect, shop: Sandbox) -> None:
    shop.access.add_key("pk_no_profiles", _scopes_but("profiles"))
    output = connect(shop, credentials=key("pk_no_profiles")).read(catalog())
    _assert_failed(output, "profiles", "profiles:read", "config_error")
    assert_complete(shop, output, [stream for stream in RESOURCES if stream != "profiles"])


def test_a_host_that_does_not_answer(connect: Connect, shop: Sandbox) -> None:
    connection = connect(shop, api_base_url=closed()).check().connection
    assert connection["status"] == "FAILED"
    assert "Klaviyo could not be reached" in connection["message"]
    assert len(connection["message"]) < 200


def test_an_answer_that_is_no_document(connect: Connect, shop: Sandbox) -> None:
    with host(lambda *_: (200, {"Content-Type": "application/json"}, b'{"data":7}')) as odd:
        connection = connect(shop, api_base_url=odd.url).check().connection
    assert connection["status"] == "FAILED"
    assert "not a JSON:API document" in connection["message"]
    assert 1 < len(odd.asked) < 10


@pytest.mark.parametrize(
    ("kind", "words"),
    [("not_json", "not a JSON:API document"), ("status", "500"), ("reset", "could not be reached")],
)
@pytest.mark.usefixtures("impatient")
def test_a_fault_that_does_not_pass_ends_after_bounded_retries(
    connect: Connect, kind: str, words: str
) -> None:
    configured = ConfiguredAirbyteCatalogSerializer.load(catalog(["lists", "segments"]))
    with Sandbox.start(Settings(events=10, profiles=10, limits=False)) as sandbox:
        sandbox.fail(Fault(kind, path="/api/lists"))
        messages = SourceKlaviyo().read(
            logging.getLogger("airbyte"), connect(sandbox).config, configured, []
        )
        records = []
        with pytest.raises(AirbyteTracedException, match=words) as ended:
            records += [message.record for message in messages if message.record]
        (fault,) = sandbox.faults()
        assert 5 <= fault[1] <= 20
        assert "lists: " in str(ended.value.message)


def _scopes_but(family: str) -> list[str]:
    families = ("accounts", "campaigns", "events", "flows", "lists", "metrics", "profiles")
    others = ("segments", "tags", "templates")
    return [f"{name}:read" for name in (*families, *others) if name != family]


def _assert_failed(output: Output, stream: str, words: str, failure_type: str) -> None:
    assert output.code == 1
    assert output.stderr == b""
    failure = output.failure_of(stream)
    assert words in failure["message"]
    assert "Traceback" not in failure["message"]
    assert failure["failure_type"] == failure_type
    assert output.statuses(stream)[-1] == "INCOMPLETE"
    assert f"{stream}: {failure['message']}" in output.failures[-1]["message"]
