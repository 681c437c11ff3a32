"""A signal ends a read soon, with whole lines and the states of what was written."""

import os
import signal
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import BinaryIO

import pytest

from integration_tests.connector.conftest import Connect, shop_of
from integration_tests.connector.harness import RESOURCES, Connector, Output, catalog, last_states
from integration_tests.connector.relay import Reply, host
from klaviyo_sandbox import Sandbox, Settings

FIRST_EVENT = b'{"type":"RECORD","record":{"stream":"events"'
LONGEST = 10.0
"""Seconds that `docker stop` waits before it kills."""


slow_shop = shop_of(Settings(events=4_000, profiles=1_500, limits=False, latency_ms=100))


def start(connector: Connector, stdout: int | BinaryIO, *arguments: str) -> subprocess.Popen[bytes]:
    files = ("--config", connector.file("config", connector.config))
    return subprocess.Popen(
        [sys.executable, "-m", "source_klaviyo", *arguments, *files],
        stdout=stdout,
        stderr=subprocess.PIPE,
    )


def stopped(connector: Connector, number: signal.Signals) -> Output:
    """Return what a read leaves behind that gets a signal once the first events have come."""
    printed = connector.folder / "printed"
    with (
        printed.open("wb") as stdout,
        start(connector, stdout, "read", "--catalog", connector.file("catalog", catalog())) as read,
    ):
        while FIRST_EVENT not in printed.read_bytes():
            _pause(read)
        read.send_signal(number)
        code = read.wait(LONGEST)
        assert read.stderr
        return Output(code, printed.read_bytes(), read.stderr.read())


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_a_read_with_its_last_states(
    slow_shop: Sandbox, connect: Connect, number: signal.Signals
) -> None:
    connector = connect(slow_shop, num_workers=4)
    output = stopped(connector, number)
    assert (output.code, output.stderr) == (-number, b"")
    assert output.stdout.endswith(b"\n")
    records = Counter(line["record"]["stream"] for line in output.of_type("RECORD"))
    assert sum(records.values()) < len(slow_shop.ids("event"))
    assert output.counted == records
    left = [name for name in RESOURCES if output.statuses(name)[-1] == "INCOMPLETE"]
    assert "events" in left
    assert "stopped before its end" in output.failures[-1]["message"]
    assert output.failures[-1]["failure_type"] == "transient_error"

    rest = connector.read(catalog(), last_states(output))
    assert rest.code == 0
    for stream, kind in RESOURCES.items():
        assert {*output.ids(stream), *rest.ids(stream)} == slow_shop.ids(kind), stream
    assert len(rest.ids("events")) < len(slow_shop.ids("event"))


def test_a_signal_ends_a_read_that_nobody_takes_lines_from(
    slow_shop: Sandbox, connect: Connect
) -> None:
    connector = connect(slow_shop)
    with start(
        connector, subprocess.PIPE, "read", "--catalog", connector.file("catalog", catalog())
    ) as process:
        assert process.stdout
        process.stdout.readline()
        _wait_until_full(process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(LONGEST) == -signal.SIGTERM


def _wait_until_full(process: subprocess.Popen[bytes]) -> None:
    """Wait until the program hangs in a write to a pipe that is full."""
    waiting = Path(f"/proc/{process.pid}/wchan")
    for _ in range(600):
        if "pipe" in waiting.read_text(encoding="ascii"):
            return
        os.sched_yield()
        _pause(process)
    pytest.fail("the pipe did not fill up")


def _pause(process: subprocess.Popen[bytes]) -> None:
    try:
        process.wait(0.05)
    except subprocess.TimeoutExpired:
        return
    pytest.fail("the program has ended")


def test_a_signal_ends_a_check_at_once(slow_shop: Sandbox, connect: Connect) -> None:
    ended = threading.Event()

    def late(*_: object) -> Reply:
        ended.wait(3 * LONGEST)
        return 503, {}, b""

    with host(late) as klaviyo:
        connector = connect(slow_shop, api_base_url=klaviyo.url)
        with start(connector, subprocess.DEVNULL, "check") as process:
            while not klaviyo.asked:
                _pause(process)
            process.send_signal(signal.SIGTERM)
            assert process.wait(LONGEST) == -signal.SIGTERM
        ended.set()
