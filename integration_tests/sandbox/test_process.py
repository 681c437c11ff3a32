"""The sandbox as a program: it says when it is ready, and it never outlives whoever started it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import requests

from klaviyo_sandbox import Sandbox, Settings, StartError

ROOT = Path(__file__).parents[2]
SMALL = ["--events", "20", "--profiles", "20", "--no-limits"]


def start() -> tuple[subprocess.Popen[bytes], dict[str, str]]:
    child = subprocess.Popen(
        [sys.executable, "-m", "klaviyo_sandbox", *SMALL],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdout
    return child, json.loads(child.stdout.readline())


def ended(child: subprocess.Popen[bytes]) -> bool:
    child.wait(10)
    assert child.stdout
    child.stdout.close()
    return child.returncode is not None


def test_it_ends_when_told() -> None:
    child, ready = start()
    headers = {"Authorization": f"Klaviyo-API-Key {ready['key']}", "revision": "2026-07-15"}
    assert (
        requests.get(ready["url"] + "/api/accounts", headers=headers, timeout=10).status_code == 200
    )
    child.terminate()
    assert ended(child)
    assert child.stdin
    child.stdin.close()


def test_it_ends_when_its_input_closes() -> None:
    child, _ = start()
    assert child.stdin
    child.stdin.close()
    assert ended(child)


def test_it_ends_with_the_block_even_after_an_error() -> None:
    with (
        pytest.raises(ZeroDivisionError),
        Sandbox.start(Settings(events=20, profiles=20)) as sandbox,
    ):
        _ = 1 / 0
    with pytest.raises(requests.exceptions.ConnectionError):
        requests.get(sandbox.url, timeout=5)


def test_it_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    """The parent holds the pipe; killed, it cannot clean up, and the sandbox goes all the same."""
    script = (
        "import os, signal\n"
        "from klaviyo_sandbox import Sandbox, Settings\n"
        "sandbox = Sandbox.start(Settings(events=20, profiles=20))\n"
        "print(sandbox.url, flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    file = tmp_path / "parent.py"
    file.write_text(script)
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    parent = subprocess.run(
        [sys.executable, str(file)], env=environment, capture_output=True, check=False, timeout=30
    )
    assert parent.returncode == -9
    url = parent.stdout.decode().strip()
    for _ in range(100):
        try:
            requests.get(url, timeout=1)
        except requests.exceptions.ConnectionError:
            return
    pytest.fail("the sandbox outlived its parent")


@pytest.mark.parametrize("spread", ["even", "second", "spike", "none"])
def test_spreads(spread: str) -> None:
    with Sandbox.start(Settings(events=400, profiles=40, spread=spread, limits=False)) as sandbox:
        times = [str(row["attributes"]["datetime"])[:10] for row in sandbox.documents("event")]
    days = {day: times.count(day) for day in times}
    if spread == "none":
        assert times == []
        return
    assert len(times) == 400
    assert {"even": len(days) > 200, "second": len(days) == 1}.get(spread, True)
    if spread == "spike":
        assert max(days.values()) > 5 * sorted(days.values())[len(days) // 2]


def test_unknown_settings_do_not_start() -> None:
    with pytest.raises(StartError):
        Sandbox.start(Settings(events=20, spread="nonsense"))
