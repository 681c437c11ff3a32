"""Keeps the results of a run as JSON."""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.options import Options
from benchmarks.row import Row

FOLDER = Path(__file__).parent / "results"


def save(results: Mapping[str, Sequence[Row]], options: Options, machine: str) -> Path:
    """Write the rows of every benchmark into a new file; return its path."""
    now = datetime.fromtimestamp(time.time(), UTC)
    FOLDER.mkdir(exist_ok=True)
    path = FOLDER / f"{now:%Y-%m-%dT%H%M%SZ}.json"
    content = {
        "at": now.isoformat(timespec="seconds"),
        "machine": machine,
        "options": asdict(options),
        "results": {name: [asdict(row) for row in rows] for name, rows in results.items()},
    }
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return path
