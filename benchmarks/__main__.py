"""Runs the benchmarks named on the command line, or all of them, and prints one table."""

import argparse
import dataclasses
import signal
import sys

from benchmarks import machine, store
from benchmarks.options import Options
from benchmarks.row import Row
from benchmarks.suite import BENCHMARKS
from benchmarks.table import table

_SHOWN = 80


def main() -> None:
    """Run them; Ctrl-C keeps what there is so far."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHMARKS))
    parser.add_argument("--small", action="store_true", help="a quick version; targets do not fit")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(BENCHMARKS):
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}")
    options = Options(arguments.small)
    for stop in (signal.SIGINT, signal.SIGTERM):
        # An exit by exception ends the programs that were started, too.
        signal.signal(stop, lambda *_: sys.exit(1))
    results: dict[str, list[Row]] = {}
    try:
        for name in arguments.names or BENCHMARKS:
            _run(name, options, results)
    finally:
        rows = [row for found in results.values() for row in found]
        described = machine.describe()
        print(f"\n{described}\n")
        print(table(rows))
        print(f"\nKept as {store.save(results, options, described).name}")


def _run(name: str, options: Options, results: dict[str, list[Row]]) -> None:
    """Collect a benchmark's rows; one that cannot be measured must not cost the others."""
    rows = results[name] = []
    try:
        for row in BENCHMARKS[name](options):
            rows.append(dataclasses.replace(row, what=f"{name}: {row.what}"))
            print(f"{name}: {row.what}: {row.figure} {row.target}", file=sys.stderr, flush=True)
    except RuntimeError as failed:
        rows.append(Row(f"{name}: failed", str(failed)[:_SHOWN], 0.0, met=False))
        print(f"{name}: failed: {failed}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
