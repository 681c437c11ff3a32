"""What a person types: wrong words, and files that were printed by an earlier command."""

import json
from importlib.metadata import version
from pathlib import Path

import pytest

from integration_tests.connector.conftest import Connect, connector_of
from integration_tests.connector.harness import CURSORS, Connector, Output, last_states
from klaviyo_sandbox import Sandbox


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "The following arguments are required: command"),
        (["reed"], "Did you mean read?"),
        (["check", "--confg", "c.json"], "required: --config. Did you mean --config?"),
        (["read", "--config", "c", "--catalog", "c", "--steams", "x"], "Did you mean --streams?"),
        (["check"], "The following arguments are required: --config"),
        (["read", "--config", "c.json"], "The following arguments are required: --catalog"),
        (["spec", "--loud"], "Unrecognized arguments: --loud"),
        (
            ["read", "--config", "c", "--catalog", "c", "--streams", " ,"],
            "Argument --streams: expected at least one name",
        ),
    ],
)
def test_a_wrong_command_line_is_told_to_people_and_platforms(
    tmp_path: Path, arguments: list[str], complaint: str
) -> None:
    output = Connector(tmp_path, {}).run(*arguments)
    assert output.code == 2
    (failure,) = output.failures
    assert complaint in failure["message"]
    assert output.stderr.startswith(b"usage: source-klaviyo")
    assert complaint.encode() in output.stderr


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("spec", [b"--debug"]),
        ("check", [b"--config"]),
        ("discover", [b"--config"]),
        ("read", [b"--config", b"--catalog", b"--state", b"--streams"]),
        ("login", [b"--client-id", b"--scopes", b"--streams"]),
        ("estimate", [b"--config", b"--streams", b"--profiles"]),
    ],
)
def test_help_has_an_example(tmp_path: Path, command: str, options: list[bytes]) -> None:
    output = Connector(tmp_path, {}).run(command, "--help")
    assert (output.code, output.stderr) == (0, b"")
    assert f"example:\n  source-klaviyo {command}".encode() in output.stdout
    assert all(option in output.stdout for option in options)


def test_the_version_is_told(tmp_path: Path) -> None:
    output = Connector(tmp_path, {}).run("--version")
    assert (output.code, output.stderr) == (0, b"")
    assert output.stdout == b"source-klaviyo %b\n" % version("airbyte-source-klaviyo").encode()


@pytest.fixture(scope="module")
def discovered(shop: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return what `discover` prints."""
    return connector_of(shop, tmp_path_factory.mktemp("discovered")).discover().stdout


@pytest.fixture
def typed(connect: Connect, shop: Sandbox, discovered: bytes) -> Connector:
    """Return the program, with a configuration and a printed catalog in its folder."""
    connector = connect(shop)
    connector.file("config", connector.config)
    kept(connector, "catalog.jsonl", discovered)
    return connector


def read(typed: Connector, *arguments: str) -> Output:
    catalog = str(typed.folder / "catalog.jsonl")
    config = str(typed.folder / "config.json")
    return typed.run("read", "--config", config, "--catalog", catalog, *arguments)


def kept(typed: Connector, name: str, stdout: bytes) -> str:
    path = typed.folder / name
    path.write_bytes(stdout)
    return str(path)


def test_what_one_command_prints_the_next_one_takes(typed: Connector, shop: Sandbox) -> None:
    first = read(typed, "--streams", "profiles,lists,metrics")
    assert first.code == 0
    assert {name for name, rows in first.records.items() if rows} == {
        "profiles",
        "lists",
        "metrics",
    }
    assert {*first.ids("profiles")} == shop.ids("profile")
    state = kept(typed, "first.jsonl", first.stdout)

    second = read(typed, "--streams", "profiles,lists,metrics", "--state", state)
    assert second.code == 0
    assert len(second.ids("profiles")) < len(first.ids("profiles")) / 10
    assert len(second.ids("metrics")) < len(first.ids("metrics")) / 10


def test_half_a_line_at_the_end_of_what_was_printed_is_none(typed: Connector) -> None:
    printed = read(typed, "--streams", "lists").stdout
    last_state = printed.rindex(b'{"type":"STATE"')
    whole = kept(typed, "whole.jsonl", printed)
    cut = kept(typed, "cut.jsonl", printed[: last_state + 60])
    assert len(read(typed, "--streams", "lists", "--state", whole).ids("lists")) <= 1
    assert read(typed, "--streams", "lists", "--state", cut).code == 0


def test_the_states_of_several_reads_are_put_together(typed: Connector) -> None:
    lists = kept(typed, "lists.jsonl", read(typed, "--streams", "lists").stdout)
    flows = kept(typed, "flows.jsonl", read(typed, "--streams", "flows").stdout)
    again = read(typed, "--streams", "lists", "flows", "--state", lists, flows)
    assert again.code == 0
    assert len(again.ids("lists")) <= 1
    assert len(again.ids("flows")) <= 1


def test_a_read_that_ended_before_its_first_state_has_none(typed: Connector) -> None:
    refused = kept(typed, "refused.jsonl", read(typed, "--streams", "nothing").stdout)
    logs = b'{"type":"LOG","log":{"level":"INFO","message":"x"}}\n'
    logged = kept(typed, "logged.jsonl", logs * 2)
    empty = kept(typed, "empty.jsonl", b"")
    assert read(typed, "--streams", "metrics", "--state", refused, logged, empty).code == 0


def test_files_of_windows_have_a_mark_at_their_start(typed: Connector) -> None:
    config = typed.folder / "config.json"
    config.write_text(config.read_text(encoding="utf-8"), encoding="utf-8-sig")
    assert read(typed, "--streams", "metrics").code == 0


def test_a_stream_that_is_not_in_the_catalog_is_told(typed: Connector) -> None:
    output = read(typed, "--streams", "profiles,list")
    assert output.code == 1
    (failure,) = output.failures
    assert "the catalog lacks: list. Did you mean lists?" in failure["message"]
    (far,) = read(typed, "--streams", "qqq").failures
    assert "the catalog lacks: qqq. It has: " in far["message"]
    assert "profiles" in far["message"]


def test_what_discover_prints_is_read_by_the_cursor_where_there_is_one(typed: Connector) -> None:
    output = read(typed, "--streams", ",".join(CURSORS))
    assert {message["stream"]["stream_descriptor"]["name"] for message in last_states(output)} == {
        *CURSORS
    }
    for message in last_states(output):
        stream = message["stream"]
        cursor = CURSORS[stream["stream_descriptor"]["name"]]
        assert f'"{cursor}": "20' in json.dumps(stream["stream_state"])
