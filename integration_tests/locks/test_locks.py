"""Locks are installed as they are, whatever else the package index offers, by any pip.

Pip 22.3 came with Python 3.11.0. It resolves what a package asks for even where all hashes are
known, and so would take the newest release of an extra's package, and refuse it.
"""

import os
import re
import subprocess
import sys
import venv
import zipfile
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import pytest
from packaging.requirements import Requirement

pytestmark = pytest.mark.slow

LOCKS: Final = Path(__file__).parents[2] / "requirements"
OLD_PIP: Final = "22.3"
NEWER: Final = "9999"
LAYERS: Final = (("build", "run", "demo", "dev"), ("pyairbyte",), ("dbt",))
"""Each in an environment of its own. The SDK of 2026-10-15 is one package, and lies in a folder."""


def pins(lock: str) -> dict[str, str]:
    """Return what a lock pins on this Python, by normalized name."""
    lines = (LOCKS / f"{lock}.txt").read_text(encoding="utf-8").splitlines()
    found = [Requirement(line.rstrip(" \\")) for line in lines if line[:1].isalnum()]
    return {
        normalized(each.name): str(each.specifier).removeprefix("==")
        for each in found
        if each.marker is None or each.marker.evaluate()
    }


def normalized(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


@pytest.fixture(scope="module")
def newer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of releases that are newer than all that is pinned."""
    folder = tmp_path_factory.mktemp("newer")
    for name in {name for path in LOCKS.glob("*.txt") for name in pins(path.stem)}:
        make_wheel(folder, name.replace("-", "_"))
    return folder


def make_wheel(folder: Path, name: str) -> None:
    about = f"{name}-{NEWER}.dist-info"
    files = {
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {NEWER}\n",
        f"{about}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{about}/RECORD": "",
    }
    with zipfile.ZipFile(folder / f"{name}-{NEWER}-py3-none-any.whl", "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)


@pytest.mark.parametrize("locks", LAYERS, ids=lambda locks: locks[-1])
@pytest.mark.parametrize("pip", [OLD_PIP, "newest"])
def test_a_lock_is_installed_as_it_is(
    tmp_path: Path, newer: Path, pip: str, locks: Iterable[str]
) -> None:
    folder = tmp_path / "venv"
    venv.create(folder, with_pip=True)
    wanted = "pip" if pip == "newest" else f"pip=={pip}"
    run(folder / "bin" / "python", "-m", "pip", "install", "-q", "--upgrade", wanted)
    offering = {"PIP_FIND_LINKS": str(newer), "PIP_NO_COMPILE": "1"}
    expected: dict[str, str] = {}
    for lock in locks:
        run(sys.executable, str(LOCKS / "install.py"), str(folder), lock, **offering)
        expected |= pins(lock)
    frozen = run(folder / "bin" / "python", "-m", "pip", "list", "--format=freeze")
    installed = {
        normalized(name): version
        for name, _, version in (line.partition("==") for line in frozen.splitlines())
    }
    assert installed.items() >= expected.items()
    assert NEWER not in installed.values()
    assert installed.keys() - expected.keys() <= {"pip", "setuptools"}


def test_a_lock_with_a_hole_is_refused(tmp_path: Path) -> None:
    locks = tmp_path / "requirements"
    locks.mkdir()
    text = (LOCKS / "build.txt").read_text(encoding="utf-8")
    without = re.sub(r"^pathspec==.*\n(    .*\n)+", "", text, flags=re.MULTILINE)
    assert without != text
    (locks / "build.txt").write_text(without, encoding="utf-8")
    (locks / "install.py").write_bytes((LOCKS / "install.py").read_bytes())
    with pytest.raises(subprocess.CalledProcessError) as refused:
        run(sys.executable, str(locks / "install.py"), str(tmp_path / "venv"), "build")
    assert "requires pathspec, which is not installed" in refused.value.stderr


def test_an_environment_that_was_cut_off_is_made_anew(tmp_path: Path) -> None:
    folder = tmp_path / "venv"
    venv.create(folder, with_pip=False)
    run(sys.executable, str(LOCKS / "install.py"), str(folder), "build")
    assert "hatchling" in run(folder / "bin" / "python", "-m", "pip", "list", "--format=freeze")


def run(*arguments: str | Path, **environment: str) -> str:
    done = subprocess.run(
        arguments,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=900,
        check=True,
    )
    return done.stdout
