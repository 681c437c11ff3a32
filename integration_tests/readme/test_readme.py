"""The README's commands do what it says, typed literally in an empty folder.

`make demo` and `make test` are CI's own commands, and the databases have their own tests.
"""

import json
import os
import re
import subprocess
from collections import Counter
from pathlib import Path
from typing import Final

import orjson
import pytest

from integration_tests.connector.conftest import SMALL, shop_of
from integration_tests.connector.harness import key
from klaviyo_sandbox import Sandbox

ROOT: Final = Path(__file__).parents[2]
README: Final = (ROOT / "README.md").read_text(encoding="utf-8")
_BLOCK: Final = re.compile(r"<!-- test: ([\w-]+) -->\n```sh\n(.*?)```", re.DOTALL)
_FENCE: Final = re.compile(r"^```sh\n(.*?)```", re.DOTALL | re.MULTILINE)
_LONGEST: Final = 600.0

_DOCKER: Final = """#!/bin/sh
# The sandbox is on this machine's loopback, and the base image may be another one.
command=$1; shift
case $command in
  run) exec {docker} run --network host "$@" ;;
  build) exec {docker} build ${{BASE_IMAGE:+--build-arg "BASE_IMAGE=$BASE_IMAGE"}} "$@" ;;
esac
"""


def blocks(name: str) -> list[str]:
    found = [text for marked, text in _BLOCK.findall(README) if marked == name]
    assert found
    return found


shop = shop_of(SMALL)


@pytest.fixture
def folder(tmp_path: Path, shop: Sandbox) -> Path:
    """Return an empty folder but for the README's config.json, its key and host filled in."""
    (text,) = re.findall(r"<!-- file: config.json -->\n```json\n(.*?)```", README, re.DOTALL)
    config = json.loads(text)
    assert config == {"credentials": key("pk_...")}
    config |= {"credentials": key(shop.key), "api_base_url": shop.url}
    (tmp_path / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return tmp_path


def type_in(folder: Path, text: str, path: str = "") -> str:
    done = subprocess.run(
        ["bash", "-e"],
        input=text,
        cwd=folder,
        env={
            **os.environ,
            "KLAVIYO_CLONE": str(ROOT),
            "PATH": f"{path}:{os.environ['PATH']}" if path else os.environ["PATH"],
        },
        capture_output=True,
        text=True,
        timeout=_LONGEST,
        check=False,
    )
    assert done.returncode == 0, (text, done.stdout, done.stderr)
    return done.stdout


def ids(file: Path) -> Counter[str]:
    messages = (orjson.loads(line) for line in file.read_bytes().splitlines())
    return Counter(
        message["record"]["stream"] for message in messages if message["type"] == "RECORD"
    )


def assert_read(folder: Path, shop: Sandbox, **kinds: str) -> None:
    first, second = ids(folder / "first.jsonl"), ids(folder / "second.jsonl")
    assert first == {stream: len(shop.ids(kind)) for stream, kind in kinds.items()}
    assert second.total() < first.total() / 5


def test_as_a_program(folder: Path, shop: Sandbox) -> None:
    printed = "".join(type_in(folder, text) for text in blocks("program"))
    assert '"status":"SUCCEEDED"' in printed
    assert "\nall together " in printed
    assert_read(folder, shop, profiles="profile", lists="list", events="event")


def test_with_docker(folder: Path, shop: Sandbox) -> None:
    shim = folder / "bin" / "docker"
    shim.parent.mkdir()
    found = subprocess.run(["which", "docker"], capture_output=True, text=True, check=True)
    shim.write_text(_DOCKER.format(docker=found.stdout.strip()), encoding="utf-8")
    shim.chmod(0o755)
    for text in blocks("docker-build"):
        type_in(ROOT, text, str(shim.parent))
    for around in (folder, *folder.parents[:2]):
        around.chmod(0o755)
    printed = "".join(type_in(folder, text, str(shim.parent)) for text in blocks("docker"))
    assert '"status":"SUCCEEDED"' in printed
    assert_read(folder, shop, profiles="profile", lists="list")


def test_no_other_command_is_left_untried() -> None:
    tried = {text for _, text in _BLOCK.findall(README)}
    others = [text for text in _FENCE.findall(README) if text not in tried]
    assert len(others) == 3
    assert others[0].startswith("make demo ")
    for line in others[1].splitlines():
        assert "pyairbyte" in line
    for line in others[2].splitlines():
        assert "dbt" in line  # integration_tests/dbt builds in the same way
    for name in re.findall(r"docs/examples/(\w+\.py)", README):
        assert (ROOT / "docs" / "examples" / name).exists()
