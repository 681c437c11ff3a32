"""The official connector, in an environment of its own, led to a sandbox from outside."""

import os
import subprocess
import sys
import venv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tools.compare_official.output import Json, Output, write_json

VERSION: Final = "2.13.1"
FOLDER: Final = Path(sys.prefix) / f"official-{VERSION}"
REVISION: Final = "2026-07-15"
"""The revision that its requests are made to name: Klaviyo has retired the one that they do."""

_LONGEST_RUN = 900.0
_START = "from source_klaviyo.cli.run import run; run()"
# Python imports a module of this name when it starts; none of the connector's code is changed.
_ROUTE = """
import requests

_send = requests.adapters.HTTPAdapter.send


def send(self, request, **options):
    request.url = request.url.replace("https://a.klaviyo.com", {url!r})
    request.headers["Revision"] = {revision!r}
    return _send(self, request, **options)


requests.adapters.HTTPAdapter.send = send
"""


def install() -> Path:
    """Return the interpreter of the environment that has the connector; it is made once."""
    python = FOLDER / "bin" / "python"
    installed = FOLDER / ".installed"
    if not installed.exists():
        print(f"Installing the official connector {VERSION}; this takes minutes.", flush=True)
        venv.create(FOLDER, clear=True, with_pip=True)
        package = f"airbyte-source-klaviyo=={VERSION}"
        quiet = ("install", "-q", "--disable-pip-version-check", package)
        subprocess.run([python, "-m", "pip", *quiet], check=True)
        installed.touch()
    return python


@dataclass(frozen=True, slots=True)
class Official:
    """The official connector with a configuration, led to the sandbox at `url`."""

    python: Path
    folder: Path
    url: str
    config: Json

    def discover(self) -> list[Json]:
        """Return the streams of its catalog."""
        output = self._run("discover", "--config", self._file("config", self.config))
        (catalog,) = output.of_type("CATALOG")
        streams: list[Json] = catalog["catalog"]["streams"]
        return streams

    def read(self, catalog: Json, state: Sequence[Json] = ()) -> Output:
        """Return what a sync prints."""
        arguments = ["read", "--config", self._file("config", self.config)]
        arguments += ["--catalog", self._file("catalog", catalog)]
        if state:
            arguments += ["--state", self._file("state", list(state))]
        return self._run(*arguments)

    def _file(self, name: str, content: object) -> str:
        return write_json(self.folder / f"official_{name}.json", content)

    def _run(self, *arguments: str) -> Output:
        route = _ROUTE.format(url=self.url, revision=REVISION)
        (self.folder / "sitecustomize.py").write_text(route, encoding="utf-8")
        done = subprocess.run(
            [self.python, "-c", _START, *arguments],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(self.folder)},
            capture_output=True,
            timeout=_LONGEST_RUN,
            check=False,
        )
        return Output.parse(done.returncode, done.stdout, done.stderr)
