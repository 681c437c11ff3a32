"""A database that PyAirbyte has filled from the demo's shop, and on which dbt has built."""

import json
import os
import re
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import yaml

from integration_tests.connector.harness import key
from integration_tests.pyairbyte.large_numbers import leave_out_large_numbers
from integration_tests.pyairbyte.warehouse import ROOT, Warehouse, duckdb, postgres, run
from klaviyo_sandbox import Sandbox, Settings

PACKAGE: Final = ROOT / "dbt"
DBT: Final = ROOT / ".venv-dbt" / "bin" / "dbt"
NOW: Final = "2026-11-24T08:05:00+00:00"
SHOP: Final = Settings(lists=10, now=NOW)
"""The demo's, on one day."""
_SOURCES: Final = yaml.safe_load((PACKAGE / "models" / "sources.yml").read_text(encoding="utf-8"))
STREAMS: Final = [table["name"] for table in _SOURCES["sources"][0]["tables"]]
"""What the models are built from."""


@dataclass(frozen=True)
class Answer:
    """What a statement found."""

    columns: list[str]
    rows: list[list[Any]]


@dataclass(frozen=True)
class Built:
    """The shop, and the database that holds it."""

    shop: Sandbox
    warehouse: Warehouse
    folder: Path
    said: str

    def ask(self, statements: Mapping[str, str]) -> dict[str, Answer]:
        """Return what each statement finds."""
        asks: list[str | Path] = [Path(__file__).with_name("ask.py"), self.warehouse.url]
        told = json.loads(run(asks, sent=statements))
        return {name: Answer(**found) for name, found in told.items()}

    def table(self, name: str) -> list[dict[str, Any]]:
        """Return the rows of a model."""
        found = self.ask({name: f"select * from {name}"})[name]
        assert found.rows, name
        return [dict(zip(found.columns, row, strict=True)) for row in found.rows]


@contextmanager
def built(kind: str, folder: Path) -> Iterator[Built]:
    """Yield a database of this kind, `duckdb` or `postgres`, with its data in `folder`."""
    engine = postgres(folder) if kind == "postgres" else nullcontext(duckdb(folder))
    ahead = round(datetime.fromisoformat(NOW).timestamp() - time.time())
    moved = {"PYTHONPATH": str(ROOT / "tools" / "clock"), "CLOCK_AHEAD": str(ahead)}
    with Sandbox.start(SHOP) as shop, engine as warehouse:
        shop.limits.grant_plenty()
        leave_out_large_numbers(shop)
        config = folder / "config.json"
        sign_in = {"credentials": key(shop.key), "api_base_url": shop.url}
        config.write_text(json.dumps(sign_in), encoding="utf-8")
        moving = replace(warehouse, environment={**warehouse.environment, **moved})
        moving.fill(config, *STREAMS)
        yield Built(shop, warehouse, folder, _build(kind, warehouse, folder))


def _build(kind: str, warehouse: Warehouse, folder: Path) -> str:
    """Run `dbt build` as a user runs it; return what it prints."""
    port = re.findall(r":(\d+)/", warehouse.url)
    environment = {
        **os.environ,
        **warehouse.environment,
        "DO_NOT_TRACK": "1",
        "KLAVIYO_TARGET": kind,
        "KLAVIYO_DUCKDB": str(folder / "klaviyo.duckdb"),
        "PGPORT": "".join(port),
    }
    if kind == "duckdb":
        del environment["PGPORT"]
    command: list[str | Path] = [DBT, "build", "--project-dir", PACKAGE, "--profiles-dir", PACKAGE]
    command += ["--target-path", folder / "target", "--log-path", folder / "logs"]
    done = subprocess.run(
        [*command, "--no-use-colors"],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
