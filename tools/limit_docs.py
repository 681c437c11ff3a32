"""Write the tables of `docs/limits.md` that tell how long a first sync takes.

Usage: `python -m tools.limit_docs`. They come from what `source-klaviyo estimate` computes.
"""

from pathlib import Path
from typing import Final

from source_klaviyo.config import Config
from source_klaviyo.estimate.program import selected
from source_klaviyo.estimate.table import account_rows, size_rows
from tools.stream_docs import render

PAGE: Final = Path(__file__).parent.parent / "docs" / "limits.md"


def page(text: str) -> str:
    """Return the page `text` with its tables made anew."""
    streams = selected((), Config.model_construct())
    return render(text, {"first syncs": account_rows(streams), "accounts": size_rows()})


if __name__ == "__main__":
    PAGE.write_text(page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
