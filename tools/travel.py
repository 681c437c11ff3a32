"""Runs the tests marked `calendar` on other days: `python -m tools.travel [OPTION...]`.

The options are passed on to pytest. `tools/clock` sets the clock of the tests, of the sandboxes
and of the programs that they start. A table tells how many tests ran on each day; the output of a
day on which one failed comes before it.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final
from xml.etree import ElementTree as ET

PYTEST: Final = (sys.executable, "-m", "pytest", "-m", "calendar")
ROOT: Final = Path(__file__).parents[1]
CLOCK: Final = ROOT / "tools" / "clock"
DAYS: Final[Mapping[str, str]] = {
    "2026-11-01T05:30:00Z": "New York's clock goes back, first day of a month",
    "2026-12-31T23:58:00Z": "a month and a year end, two minutes before midnight UTC",
    "2027-03-28T00:59:00Z": "Copenhagen's clock goes forward in a minute",
    "2027-08-01T00:00:00Z": "the default revision is deprecated",
    "2028-02-29T12:00:00Z": "29 February",
    "2028-07-15T00:00:00Z": "the default revision is retired",
}


def main(options: list[str]) -> int:
    """Run the tests on each day; returns the exit code."""
    failed = 0
    for day, why in DAYS.items():
        began = time.monotonic()
        ran, broken = _tests_on(datetime.fromisoformat(day), options)
        took = time.monotonic() - began
        print(f"{day}  {ran:4} tests, {broken} failed, {took:3.0f} s  {why}", flush=True)
        failed += broken if ran else 1
    return min(failed, 1)


def _tests_on(day: datetime, options: list[str]) -> tuple[int, int]:
    """Return how many tests ran on `day`, and how many failed."""
    ahead = round(day.timestamp() - time.time())
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        done = subprocess.run(
            [*PYTEST, f"--junit-xml={report}", *options],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(CLOCK), "CLOCK_AHEAD": str(ahead)},
            capture_output=True,
            text=True,
            check=False,
        )
        suites = list(ET.parse(report).getroot()) if report.exists() else []
    counts = {
        name: sum(int(suite.get(name, 0)) for suite in suites)
        for name in ("tests", "failures", "errors", "skipped")
    }
    failed = counts["failures"] + counts["errors"] + counts["skipped"]
    if done.returncode:
        print(done.stdout, done.stderr, sep="\n")
    return counts["tests"], failed or int(done.returncode != 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
