"""What is in the image, and what is not."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from docker import DockerClient

from integration_tests.docker.conftest import BASE_IMAGE, ROOT, build
from integration_tests.docker.container import Image

MEGABYTE = 1_000_000


def test_it_is_labelled_and_started_as_airbyte_expects(engine: DockerClient, built: str) -> None:
    described = engine.images.get(built).attrs["Config"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert described["Labels"]["io.airbyte.name"] == "airbyte/source-klaviyo"
    assert described["Labels"]["io.airbyte.version"] == project["version"]
    assert described["Entrypoint"] == ["source-klaviyo"]
    assert "AIRBYTE_ENTRYPOINT=source-klaviyo" in described["Env"]
    assert described["User"] == "airbyte"
    assert described["WorkingDir"] == "/airbyte/integration_code"


def test_the_source_is_in_it_once_and_little_else(engine: DockerClient, image: Image) -> None:
    found = image.run(
        "/", "-name", "window_reader.py", "-path", "*klaviyo*", entrypoint="find", files={}
    )
    assert found.stdout.count(b"\n") == 1
    for stranger in ("klaviyo_sandbox", "unit_tests", "pytest", "klaviyo_api", "mypy"):
        seen = image.run("/", "-xdev", "-name", stranger, entrypoint="find", files={})
        assert seen.stdout == b"", stranger
    if BASE_IMAGE:
        base = engine.images.get(BASE_IMAGE).attrs["Size"]
        assert engine.images.get(image.tag).attrs["Size"] - base < 110 * MEGABYTE


def test_its_packages_fit_together(image: Image) -> None:
    """Show that nothing of what the lock names is missing but what no code imports."""
    checked = image.run(
        *("--python", "/opt/source-klaviyo/bin/python", "check"), entrypoint="pip", files={}
    )
    missing = [line for line in checked.stdout.decode().splitlines() if line]
    named = {line.rpartition("requires ")[2].partition(",")[0] for line in missing}
    assert named == {"grpcio", "nltk", "pandas", "rapidfuzz"}


def test_it_is_built_without_a_network(engine: DockerClient, tmp_path: Path) -> None:
    """Show the way that CONTRIBUTING.md tells: download the wheels, then build."""
    folder = tmp_path / "connector"
    folder.mkdir()
    for name in ("Dockerfile", ".dockerignore", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, folder)
    for name in ("requirements", "source_klaviyo"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    subprocess.run(
        [
            *(sys.executable, "-m", "pip", "download", "--quiet", "--require-hashes"),
            *("--no-deps", "--only-binary", ":all:", "--python-version", "3.11"),
            *("--dest", "wheels"),
            *("-r", "requirements/run.txt", "-r", "requirements/build.txt"),
        ],
        cwd=folder,
        check=True,
        timeout=300,
    )
    build(engine, folder, "airbyte/source-klaviyo:offline", network="none")
    printed = engine.containers.run("airbyte/source-klaviyo:offline", ["spec"], remove=True)
    assert printed.startswith(b'{"type":"SPEC"')
