"""Write `source_klaviyo/schemas/<stream>.json` from the models of Klaviyo's official SDK.

Usage: `python -m tools.generate_schemas [--check]`. After a change of a stream or of an SDK's
version: run it and read the diff.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from source_klaviyo.api.revision import DEFAULT
from source_klaviyo.registry import STREAMS, stream_name
from source_klaviyo.streams.kinds.base import KlaviyoStream
from tools.record_schema import record_schema
from tools.sdk import Sdk, load_all

FOLDER: Final = Path(__file__).parent.parent / "source_klaviyo" / "schemas"


def file_name(stream: type[KlaviyoStream]) -> str:
    """Return the name of the file in which the CDK looks for the schema of `stream`."""
    return f"{stream_name(stream)}.json"


def sdk_of(stream: type[KlaviyoStream], sdks: Mapping[str, Sdk]) -> Sdk:
    """Return the one of `sdks` (by revision) that describes what `stream` reads by default."""
    return sdks[stream.records_revision(DEFAULT)]


def render(stream: type[KlaviyoStream], sdk: Sdk) -> str:
    """Return the text of the schema file of `stream`."""
    return json.dumps(record_schema(stream, sdk), indent=2, ensure_ascii=False) + "\n"


def differing(files: Mapping[str, str], folder: Path) -> list[str]:
    """Return the names of files in `folder` that are not as in `files`, sorted.

    Files that are not in `files` should not be there, so they differ too.
    """
    strays = {path.name for path in folder.iterdir()} - files.keys()
    return sorted(strays | {name for name, text in files.items() if _read(folder / name) != text})


def main(arguments: Sequence[str]) -> int:
    """Write the files, or with `--check` only name those that differ; return the exit code."""
    parser = argparse.ArgumentParser(description="Write the schemas of all streams.")
    parser.add_argument("--check", action="store_true", help="name what differs, write nothing")
    options = parser.parse_args(arguments)
    sdks = load_all()
    files = {file_name(stream): render(stream, sdk_of(stream, sdks)) for stream in STREAMS}
    names = differing(files, FOLDER)
    for name in names:
        if options.check:
            print(f"{name} differs")
        else:
            print(f"{'wrote' if name in files else 'removed'} {name}")
            _write(FOLDER / name, files.get(name))
    return int(options.check and bool(names))


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def _write(path: Path, text: str | None) -> None:
    if text is None:
        path.unlink()
    else:
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
