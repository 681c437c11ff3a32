"""The page of a family: its picture, and a table of columns for each stream."""

import inspect
import re
from collections.abc import Iterator, Mapping
from typing import Final

from source_klaviyo.registry import stream_name
from source_klaviyo.streams.kinds.base import KlaviyoStream
from tools.tables.columns import columns_of
from tools.tables.families import Family

Examples = Mapping[tuple[str, str], str]
"""An example by stream and column."""
_STREAM: Final = re.compile(r"^## (\w+)\n(.*?)(?=^## |\Z)", re.DOTALL | re.MULTILINE)
_ROW: Final = re.compile(r"^\| `([^`]+)` \|[^|]*\| (?:.*?) \| (?:`([^`]*)`)? \|", re.MULTILINE)


def file_name(family: str) -> str:
    """Return the name of a family's files, without their ending."""
    return family.replace(" ", "-")


def page(family: str, streams: Family, examples: Examples) -> str:
    """Return the page of a family."""
    name = file_name(family)
    lines = [
        "<!-- Written by python -m tools.tables -->",
        f"# Tables: {family}",
        "",
        f"![Keys and joins]({name}.svg)",
    ]
    for stream in streams:
        lines += ["", *_section(stream, examples)]
    return "\n".join(lines) + "\n"


def examples_on(text: str) -> Examples:
    """Return the examples that a page has."""
    return {
        (stream, column): example
        for stream, body in _STREAM.findall(text)
        for column, example in _ROW.findall(body)
        if example
    }


def _section(stream: type[KlaviyoStream], examples: Examples) -> Iterator[str]:
    name = stream_name(stream)
    yield f"## {name}"
    yield ""
    yield inspect.cleandoc(stream.__doc__ or "").partition("\n\n")[0].replace("\n", " ")
    yield ""
    yield f"Key: {', '.join(f'`{key}`' for key in stream.keys)}"
    yield ""
    yield "| column | type | meaning | example | joins |"
    yield "|---|---|---|---|---|"
    for column in columns_of(stream):
        example = examples.get((name, column.name), "")
        join = f"`{column.join}.id`" if column.join else ""
        cells = [f"`{column.name}`", column.type, column.meaning, f"`{example}`" * bool(example)]
        yield f"| {' | '.join([*cells, join])} |"
