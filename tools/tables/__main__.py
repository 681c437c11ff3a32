"""Write docs/tables/. With `--examples`, take new examples from the sandbox; else keep them."""

import sys
from pathlib import Path
from typing import Final

from source_klaviyo.registry import streams_named
from tools.tables.diagram import diagram, mermaid
from tools.tables.examples import examples
from tools.tables.families import families
from tools.tables.page import examples_on, file_name, page

FOLDER: Final = Path(__file__).parents[2] / "docs" / "tables"
PAGE: Final = FOLDER.parent / "integrations" / "sources" / "klaviyo.md"

MAP: Final = (
    "campaign_messages",
    "campaign_values_reports",
    "campaigns",
    "event_attributions",
    "events",
    "flow_actions",
    "flow_messages",
    "flow_series_reports",
    "flows",
    "list_profiles",
    "lists",
    "metrics",
    "profiles",
    "segment_profiles",
    "segment_series_reports",
    "segments",
)
"""The tables that most questions are about: a picture of their own, also on `PAGE`."""


def main(arguments: list[str]) -> None:
    """Write a page and a picture for each family."""
    taken = examples() if "--examples" in arguments else None
    for family, streams in families().items():
        at = FOLDER / f"{file_name(family)}.md"
        kept = examples_on(at.read_text(encoding="utf-8")) if at.exists() else {}
        at.write_text(page(family, streams, kept if taken is None else taken), encoding="utf-8")
        at.with_suffix(".svg").write_text(diagram(streams), encoding="utf-8")
    most_used = streams_named(MAP).values()
    (FOLDER / "map.svg").write_text(diagram(most_used), encoding="utf-8")
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition("```mermaid\n")
    after = rest.partition("```")[2]
    PAGE.write_text(before + mermaid(most_used) + after, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
