"""Write `source_klaviyo/schemas/<stream>.json` from the models of Klaviyo's official SDK.

Usage: `python -m tools.generate_schemas [--check] [--sdk FOLDER]`. After a change of a stream or
of the SDK's version: run it and read the diff.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from source_klaviyo.streams.base import KlaviyoStream
from source_klaviyo.streams.registry import STREAMS
from tools.record_schema import record_schema
from tools.sdk import Sdk, load

FOLDER: Final = Path(__file__).parent.parent / "source_klaviyo" / "schemas"


def file_name(stream: type[KlaviyoStream]) -> str:
    """Return the name of the file in which the CDK looks for the schema of `stream`."""
    return f"{stream.__new__(stream).name}.json"  # the name needs no account, so no __init__


def sdk_of(stream: type[KlaviyoStream], installed: Sdk, other: Sdk | None) -> Sdk | None:
    """Return the one of both SDKs that describes `stream`, None where it would be a third."""
    own: str | None = getattr(stream, "schema_revision", None) or stream.newest_revision
    for sdk in (installed, other):
        if sdk and sdk.revision == (own or installed.revision):
            return sdk
    return None


def render(stream: type[KlaviyoStream], sdk: Sdk) -> str:
    """Return the text of the schema file of `stream`."""
    return json.dumps(record_schema(stream, sdk), indent=2, ensure_ascii=False) + "\n"


def differing(files: Mapping[str, str], kept: Iterable[str], folder: Path) -> list[str]:
    """Return the names of files in `folder` that are not as in `files`, sorted.

    Files that are in neither `files` nor `kept` should not be there, so they differ too.
    """
    known = {*files, *kept}
    strays = {path.name for path in folder.iterdir()} - known
    return sorted(strays | {name for name, text in files.items() if _read(folder / name) != text})


def main(arguments: Sequence[str]) -> int:
    """Write the files, or with `--check` only name those that differ; return the exit code."""
    parser = argparse.ArgumentParser(description="Write the schemas of all streams.")
    parser.add_argument("--check", action="store_true", help="name what differs, write nothing")
    parser.add_argument(
        "--sdk",
        type=Path,
        metavar="FOLDER",
        help="klaviyo-api of another version, from `pip install --no-deps --target FOLDER`: "
        "for the streams that declare its revision as `schema_revision`",
    )
    options = parser.parse_args(arguments)
    installed = load()
    other = load(options.sdk) if options.sdk else None
    files: dict[str, str] = {}
    lacking: list[str] = []
    for stream in STREAMS:
        sdk = sdk_of(stream, installed, other)
        if sdk:
            files[file_name(stream)] = render(stream, sdk)
        else:
            lacking.append(file_name(stream))
    names = differing(files, lacking, FOLDER)
    for name in names:
        print(f"{name} differs" if options.check else name)
        if not options.check:
            _write(FOLDER / name, files.get(name))
    for name in lacking:
        print(f"{name} left as it is: the SDK of its revision is needed, see --sdk")
    return 1 if lacking or (options.check and names) else 0


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None


def _write(path: Path, text: str | None) -> None:
    if text is None:
        path.unlink()
    else:
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
