"""Run `python -m tools.compare_official`: both connectors against one sandbox, and a table.

It shows what their records have in common, and writes down which fields the official one's have.
Then it lets this connector continue a state of theirs, taken in the middle of a sync and at its
end. The exit code is 1 where a row is missing, or a record lacks or changes what theirs has, but
for what differs on purpose.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from klaviyo_sandbox import Sandbox, Settings
from tools.compare_official.compare import compare, table
from tools.compare_official.official import Official, install
from tools.compare_official.output import Json, Output, configured, write_json
from tools.compare_official.shapes import record_shapes

_SHOP = Settings(events=4_000, profiles=600, lists=6, campaigns=30, spread_years=2.0, limits=False)
_START_DATE = "2024-01-01T00:00:00Z"


def main() -> int:
    """Compare; return the exit code."""
    python = install()
    with tempfile.TemporaryDirectory() as name, Sandbox.start(_SHOP) as sandbox:
        folder = Path(name)
        config: Json = {"api_key": sandbox.key, "start_date": _START_DATE}
        official = Official(python, folder, sandbox.url, config)
        streams = official.discover()
        names = [stream["name"] for stream in streams]
        catalog = configured(streams)
        theirs = _completed("official", official.read(catalog))
        ours_config = {**config, "api_base_url": sandbox.url}
        ours = _completed("this", _read(folder, ours_config, catalog))
        comparisons = [
            compare(name, theirs.records()[name], ours.records()[name]) for name in names
        ]
        print("\n".join(table(comparisons)))
        print("\n".join(extra_rows(theirs, ours, names)))
        record_shapes(theirs.records())
        lost = sum(each.theirs - each.both for each in comparisons)
        differences = sum(len(each.unintended) for each in comparisons)
        for title, kept in (
            ("mid-way", theirs.until_half_of("events")),
            ("finished", theirs),
        ):
            rest = _completed("this", _read(folder, ours_config, catalog, kept.last_states()))
            lost += _continued(title, names, kept, rest, ours)
    return int(lost > 0 or differences > 0)


def _continued(title: str, names: Sequence[str], kept: Output, rest: Output, whole: Output) -> int:
    """Print what a sync from a state of theirs brought; return how many rows are missing."""
    missing = 0
    print(f"\n{'from a state of theirs, ' + title:40} had, read, of them twice, missing of all")
    had, read, wanted = kept.records(), rest.records(), whole.records()
    for name in names:
        before, after, every = (
            {record["id"] for record in records[name]} for records in (had, read, wanted)
        )
        lacking = len(every - before - after)
        missing += lacking
        print(f"{name:40} {len(before)}, {len(after)}, {len(before & after)}, {lacking}")
    return missing


def extra_rows(theirs: Output, ours: Output, names: Sequence[str]) -> Iterator[str]:
    """Yield a line for each row that this connector alone has read."""
    for name in names:
        known = {record["id"] for record in theirs.records()[name]}
        for record in ours.records()[name]:
            if record["id"] not in known:
                moment = record.get("datetime") or record.get("updated_at") or record.get("updated")
                yield f"{name}: only ours has {record['id']}, of {moment}"


def _read(folder: Path, config: Json, catalog: Json, state: Sequence[Json] = ()) -> Output:
    """Return what a sync of this connector prints."""
    arguments = ["--config", write_json(folder / "config.json", config)]
    arguments += ["--catalog", write_json(folder / "catalog.json", catalog)]
    if state:
        arguments += ["--state", write_json(folder / "state.json", list(state))]
    command = [sys.executable, "-m", "source_klaviyo", "read", *arguments]
    done = subprocess.run(command, capture_output=True, check=False)
    return Output.parse(done.returncode, done.stdout, done.stderr)


def _completed(name: str, output: Output) -> Output:
    """Return `output`; where the run failed, say what it said first."""
    if output.code:
        said = [
            message["trace"]["error"]["message"]
            for message in output.of_type("TRACE")
            if "error" in message["trace"]
        ]
        print(f"{name} connector ended with {output.code}: {said} {output.errors[-2000:]}")
    return output


if __name__ == "__main__":
    sys.exit(main())
