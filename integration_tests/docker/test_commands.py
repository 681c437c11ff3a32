"""The commands in containers: any user, a read-only file system, little memory, few threads."""

import orjson
from airbyte_cdk.models import AirbyteMessageSerializer

from integration_tests.connector.harness import RESOURCES, Json, Output, catalog, last_states
from integration_tests.docker.container import READ, Image, files_of
from klaviyo_sandbox import Sandbox

CONFIGURED = ("--config", "source_config.json")


def assert_protocol(output: Output) -> None:
    """Show that stdout has whole messages alone, and stderr nothing."""
    assert output.stderr == b""
    assert output.stdout.endswith(b"\n")
    for line in output.stdout.splitlines():
        AirbyteMessageSerializer.load(orjson.loads(line))


def test_spec(image: Image) -> None:
    output = image.run("spec", files={})
    assert output.code == 0
    assert_protocol(output)
    (message,) = output.messages
    assert message["type"] == "SPEC"


def test_check(image: Image, config: Json) -> None:
    output = image.run("check", *CONFIGURED, files=files_of(config))
    assert output.code == 0
    assert_protocol(output)
    assert output.connection["status"] == "SUCCEEDED"


def test_a_check_that_fails_is_an_answer_too(image: Image, config: Json) -> None:
    wrong = config | {"credentials": {"auth_type": "api_key", "api_key": "pk_wrong"}}
    output = image.run("check", *CONFIGURED, files=files_of(wrong))
    assert output.code == 0
    assert_protocol(output)
    assert output.connection["status"] == "FAILED"


def test_every_stream_that_discover_names_is_read(image: Image, config: Json) -> None:
    discovered = image.run("discover", *CONFIGURED, files=files_of(config))
    assert discovered.code == 0
    assert_protocol(discovered)
    (message,) = discovered.of_type("CATALOG")
    names = {stream["name"] for stream in message["catalog"]["streams"]}
    assert len(names) > 70
    output = image.run(*READ, files=files_of(config, message))
    assert output.code == 0
    assert_protocol(output)
    assert {line["record"]["stream"] for line in output.of_type("RECORD")} == names


def test_a_second_read_goes_on_from_the_state(image: Image, config: Json, shop: Sandbox) -> None:
    first = image.run(*READ, files=files_of(config, catalog()))
    assert first.code == 0
    for stream, kind in RESOURCES.items():
        assert {*first.ids(stream)} == shop.ids(kind), stream
    second = image.run(*READ, files=files_of(config, catalog(), last_states(first)))
    assert second.code == 0
    assert_protocol(second)
    assert 0 < len(second.of_type("RECORD")) < len(first.of_type("RECORD")) / 2


def test_the_size_of_an_account_is_estimated(image: Image, config: Json) -> None:
    options = ("--config", "/config/source_config.json", "--streams", "lists,list_profiles")
    done = image.run("estimate", *options, files=files_of(config))
    assert done.code == 0, done.stderr
    assert b" lists (counted)\n" in done.stdout
    assert b"\nall together " in done.stdout


def test_exit_codes_and_messages_of_what_cannot_be_done(image: Image, config: Json) -> None:
    unusable = image.run(*READ, files=files_of(config | {"num_workers": 0}, catalog()))
    assert unusable.code == 1
    assert_protocol(unusable)
    (failure,) = unusable.failures
    assert failure["failure_type"] == "config_error"
    assert "num_workers" in failure["message"]

    misspelt = image.run("reed", files={})
    assert misspelt.code == 2
    assert "invalid choice: 'reed'" in misspelt.failures[0]["message"]
    assert misspelt.stderr.startswith(b"usage: source-klaviyo")
