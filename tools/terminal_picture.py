"""Write `docs/images/read.svg`: what a terminal shows of a read at 5, 30 and 60 s, and at the end.

Usage: `python -m tools.terminal_picture`. It reads a sandbox for about two minutes.
"""

import json
import os
import pty
import re
import subprocess
import sys
import tempfile
from io import StringIO
from pathlib import Path
from typing import Final

from rich.console import Console

from klaviyo_sandbox import Sandbox, Settings
from tools.demo.report import WITHOUT_FONTS

PICTURE: Final = Path(__file__).parents[1] / "docs" / "images" / "read.svg"
_SHOP: Final = Settings(events=120_000, profiles=30_000, latency_ms=150)
_STREAMS: Final = "profiles,events,lists,list_profiles,campaigns,flows"
_MOMENTS: Final = ("0:00:05", "0:00:30", "0:01:00")
_REDRAWN: Final = re.compile(r"(?:\x1b\[2K|\x1b\[1A|\r(?!\n))+")
_CONTROL: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")


def frames(folder: Path, url: str, key: str) -> dict[str, str]:
    """Return what the terminal shows at each moment of a read."""
    config, catalog = folder / "config.json", folder / "catalog.jsonl"
    sign_in = {"auth_type": "api_key", "api_key": key}
    config.write_text(json.dumps({"credentials": sign_in, "api_base_url": url}), encoding="utf-8")
    program = [sys.executable, "-m", "source_klaviyo"]
    discover = [*program, "discover", "--config", str(config)]
    found = subprocess.run(discover, check=True, capture_output=True)
    catalog.write_bytes(found.stdout)
    terminal, stderr = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "90", "LINES": "24"}
    read = [*program, "read", "--config", str(config), "--catalog", str(catalog)]
    read += ["--streams", _STREAMS]
    process = subprocess.Popen(read, stdout=subprocess.DEVNULL, stderr=stderr, env=environment)
    os.close(stderr)
    seen = "".join(iter(lambda: _next(terminal), ""))
    process.wait()
    drawn = [_CONTROL.sub("", text).strip("\n") for text in _REDRAWN.split(seen)]
    shown = {}
    for moment in _MOMENTS:
        shown[f"after {moment}"] = next(text for text in drawn if f"rows in {moment}" in text)
    return {**shown, "at the end": next(text for text in reversed(drawn) if text)}


def _next(terminal: int) -> str:
    try:
        return os.read(terminal, 65_536).decode()
    except OSError:  # the program has ended
        return ""


def picture(shown: dict[str, str]) -> str:
    """Return the moments, one below the other, as SVG."""
    console = Console(record=True, width=90, file=StringIO(), force_terminal=True, highlight=False)
    for moment, text in shown.items():
        console.print(f"[dim]{moment}[/]")
        console.print(f"{text}\n", markup=False)
    title = "source-klaviyo read ... > first.jsonl"
    return console.export_svg(title=title, code_format=WITHOUT_FONTS, unique_id="read")


if __name__ == "__main__":
    with Sandbox.start(_SHOP) as sandbox, tempfile.TemporaryDirectory() as made:
        PICTURE.write_text(picture(frames(Path(made), sandbox.url, sandbox.key)), encoding="utf-8")
