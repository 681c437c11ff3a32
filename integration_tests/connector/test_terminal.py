"""What a person sees whose stderr is a terminal, while stdout goes to a file."""

import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest

from integration_tests.connector.conftest import Connect, shop_of
from integration_tests.connector.harness import Connector, catalog
from klaviyo_sandbox import Sandbox, Settings

CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


slow_shop = shop_of(Settings(events=4_000, profiles=1_500, limits=False, latency_ms=150))


def at_terminal(connector: Connector, *arguments: str) -> tuple[int, str, bytes]:
    """Return the exit code, what the terminal was sent, and stdout."""
    terminal, stderr = pty.openpty()
    printed = connector.folder / "printed.jsonl"
    with printed.open("wb") as stdout:
        process = subprocess.Popen(
            [sys.executable, "-m", "source_klaviyo", *arguments],
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=stderr,
            env={**os.environ, "TERM": "xterm", "COLUMNS": "100", "LINES": "24"},
        )
    os.close(stderr)
    seen = b"".join(_chunks(terminal))
    os.close(terminal)
    return process.wait(), seen.decode().replace("\r", ""), printed.read_bytes()


def _chunks(terminal: int) -> Iterator[bytes]:
    while True:
        try:
            chunk = os.read(terminal, 65_536)
        except OSError:  # the other end is closed
            return
        yield chunk


def arguments(connector: Connector, *names: str) -> list[str]:
    config = connector.file("config", connector.config)
    return ["read", "--config", config, "--catalog", connector.file("catalog", catalog(names))]


def test_a_read_shows_a_line_a_stream_and_a_summary(connect: Connect, slow_shop: Sandbox) -> None:
    connector = connect(slow_shop, num_workers=2)
    code, seen, printed = at_terminal(connector, *arguments(connector, "profiles", "events"))
    assert code == 0
    shown = CONTROL.sub("", seen)
    assert re.search(r"events +[\d,]+ rows .*waits for \w+", shown)
    assert re.search(r"about \d:\d\d:\d\d left", shown)
    assert re.search(r"\nevents +4,0\d\d +complete", shown)
    assert re.search(r"\n[\d,]+ rows in 0:00:\d\d, 2 streams\n", shown)
    assert "\x1b[?25l" in seen
    assert seen.count("\x1b[?25l") == seen.count("\x1b[?25h"), "the cursor is given back"
    kinds = {orjson.loads(line)["type"] for line in printed.splitlines()}
    assert kinds == {"RECORD", "STATE", "TRACE", "LOG"}


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("check", "Klaviyo does not accept these credentials."),
        ("read", "Failed: These streams could not be read completely: lists: Klaviyo does not"),
    ],
)
def test_a_failure_is_told_in_one_sentence(
    connect: Connect, slow_shop: Sandbox, command: str, reason: str
) -> None:
    connector = connect(slow_shop)
    connector.config["credentials"]["api_key"] = "pk_of_nobody"
    given = arguments(connector, "lists")
    _, seen, printed = at_terminal(connector, command, *given[1 : 3 if command == "check" else 5])
    shown = CONTROL.sub("", seen)
    assert shown.count("Klaviyo does not accept these credentials") == 1
    assert reason in shown
    assert b"Traceback" not in printed + seen.encode()


def test_a_mistake_on_the_command_line_is_told_without_messages(
    connect: Connect, slow_shop: Sandbox, tmp_path: Path
) -> None:
    missing = str(tmp_path / "nowhere.json")
    code, seen, _ = at_terminal(connect(slow_shop), "check", "--config", missing)
    assert code == 1
    assert (
        seen == f"Failed: The configuration {missing} cannot be read: No such file or directory.\n"
    )
