"""Runs a program to its end and measures it as a whole."""

import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parent.parent
_LOOK_EVERY = 0.05


@dataclass(frozen=True, slots=True)
class Finished:
    """How a program ended, how long it took from start to end, its largest and median memory."""

    code: int
    seconds: float
    peak_mb: float
    usual_mb: float


@dataclass(frozen=True, slots=True)
class _Memory:
    """The most memory that a process has had so far, and what it has now."""

    peak_mb: float = 0.0
    now_mb: float = 0.0


def run(module: str, arguments: Sequence[str], output: Path) -> Finished:
    """Run a Python module with its standard output going to the file `output`."""
    began = time.perf_counter()
    looks = [_Memory()]
    with (
        output.open("wb") as file,
        subprocess.Popen(
            [sys.executable, "-m", module, *arguments], stdout=file, cwd=ROOT
        ) as child,
    ):
        try:
            while True:
                try:
                    code = child.wait(_LOOK_EVERY)
                    break
                except subprocess.TimeoutExpired:
                    looks.append(_memory(child.pid))
        finally:
            child.kill()
    seconds = time.perf_counter() - began
    peak = max(look.peak_mb for look in looks)
    return Finished(code, seconds, peak, median(look.now_mb for look in looks))


def _memory(pid: int) -> _Memory:
    """Return a process's memory; nothing where the system does not tell.

    `getrusage` would do for every system, but counts this process's own memory before the exec.
    """
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return _Memory()
    sizes = {line.partition(":")[0]: line.split()[1] for line in lines if line.startswith("Vm")}
    return _Memory(int(sizes.get("VmHWM", 0)) / 1000, int(sizes.get("VmRSS", 0)) / 1000)
