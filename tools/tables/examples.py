"""Examples for columns, taken from what the connector reads of the sandbox."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from klaviyo_sandbox import Sandbox, Settings

_SHOP: Final = Settings(events=400, profiles=200, campaigns=24, flows=6, now="2026-11-24T08:05:00Z")
_PROGRAM: Final = (sys.executable, "-m", "source_klaviyo")
_LONGEST: Final = 36


def examples() -> dict[tuple[str, str], str]:
    """Return the first example of each column that has one, by stream and column."""
    found: dict[tuple[str, str], str] = {}
    # In an order of their own: which request ends first is chance.
    for stream, record in sorted(_records(), key=json.dumps):
        flat = record | {
            f"attributes.{name}": value for name, value in (record.get("attributes") or {}).items()
        }
        for column, value in flat.items():
            if value not in (None, "", [], {}) and (stream, column) not in found:
                text = value if isinstance(value, str) else json.dumps(value)
                if not isinstance(value, dict | list) and _is_plain(text):
                    found[stream, column] = text
    return found


def _is_plain(text: str) -> bool:
    return len(text) <= _LONGEST and not {"`", "|", "\n", "<"} & {*text}


def _records() -> Iterator[tuple[str, dict[str, Any]]]:
    with tempfile.TemporaryDirectory() as folder, Sandbox.start(_SHOP) as shop:
        shop.limits.grant_plenty()
        config, catalog = Path(folder) / "config.json", Path(folder) / "catalog.jsonl"
        settings = {"api_key": shop.key, "api_base_url": shop.url}
        config.write_text(json.dumps(settings), encoding="utf-8")
        told = ["--config", str(config)]
        found = subprocess.run([*_PROGRAM, "discover", *told], check=True, capture_output=True)
        catalog.write_bytes(found.stdout)
        command = [*_PROGRAM, "read", *told, "--catalog", str(catalog)]
        done = subprocess.run(command, check=False, capture_output=True)
        for line in done.stdout.splitlines():
            message = json.loads(line)
            if message["type"] == "RECORD":
                yield message["record"]["stream"], message["record"]["data"]
