"""Write the table of `docs/sign-in.md`: which scopes a stream needs, and which enrich it.

Usage: `python -m tools.scope_docs`.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from source_klaviyo.registry import STREAMS, enriching_scopes, stream_name
from source_klaviyo.streams.kinds.base import KlaviyoStream

PAGE: Final = Path(__file__).parent.parent / "docs" / "sign-in.md"
_HEAD: Final = "| stream | needs | is richer with |\n|---|---|---|\n"
_TABLE: Final = re.compile(re.escape(_HEAD) + r"(?:\|.*\n)*")


def rows(streams: Iterable[type[KlaviyoStream]]) -> Iterator[str]:
    """Yield the row of each stream."""
    for stream in streams:
        needs = " ".join(f"`{scope}`" for scope in stream.scopes)
        richer = [
            f"`{scope}` ({', '.join(names)})"
            for scope in enriching_scopes(stream)
            if (names := [name for name, needed in stream.include_scopes if needed == scope])
        ]
        yield f"| {stream_name(stream)} | {needs} | {' '.join(richer)} |\n"


def page(written: str, streams: Iterable[type[KlaviyoStream]]) -> str:
    """Return the page with its table made anew. Raises LookupError where it has none."""
    if not _TABLE.search(written):
        raise LookupError(f"{PAGE.name} has no table that begins with: {_HEAD}")
    table = _HEAD + "".join(rows(streams))
    return _TABLE.sub(lambda _: table, written, count=1)


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8"), STREAMS), encoding="utf-8")
