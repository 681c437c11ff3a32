"""A stdout that cannot be written ends the program soon and without a stack trace."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from integration_tests.connector.conftest import Connect
from integration_tests.connector.harness import Connector, catalog
from klaviyo_sandbox import Sandbox


def arguments(connector: Connector, command: str) -> list[str]:
    files = ["--config", connector.file("config", connector.config)]
    files = files if command in {"check", "discover", "read"} else []
    files += ["--catalog", connector.file("catalog", catalog())] if command == "read" else []
    return [sys.executable, "-m", "source_klaviyo", command, *files]


@pytest.mark.parametrize("command", ["spec", "read", "estimate"])
def test_a_full_disk(connect: Connect, shop: Sandbox, command: str) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            arguments(connect(shop), command),
            stdout=full,
            stderr=subprocess.PIPE,
            timeout=30,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr == b"source-klaviyo: stdout cannot be written: No space left on device\n"


@pytest.mark.parametrize("command", ["discover", "read", "estimate"])
def test_a_reader_that_has_gone(connect: Connect, shop: Sandbox, command: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        arguments(connect(shop), command),
        stdout=writing,
        stderr=subprocess.PIPE,
        timeout=30,
        check=False,
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (1, b"")


@pytest.mark.parametrize("command", ["check", "read", "estimate"])
def test_no_stdout_at_all(connect: Connect, shop: Sandbox, command: str) -> None:
    done = subprocess.run(
        ["sh", "-c", 'exec "$@" >&-', "sh", *arguments(connect(shop), command)],
        stderr=subprocess.PIPE,
        timeout=30,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == b"source-klaviyo: stdout cannot be written: it is closed\n"


def test_a_pipe_that_another_program_has_made_non_blocking(connect: Connect, shop: Sandbox) -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with (
        subprocess.Popen(
            arguments(connect(shop), "discover"), stdout=writing, stderr=subprocess.PIPE
        ) as reader,
        os.fdopen(reading, "rb") as pipe,
    ):
        os.close(writing)
        time.sleep(3)  # the catalog fills the pipe meanwhile
        (line,) = [each for each in pipe if b'"CATALOG"' in each]
        assert reader.wait(timeout=30) == 0
    assert len(json.loads(line)["catalog"]["streams"]) > 50
