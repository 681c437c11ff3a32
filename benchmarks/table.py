"""The table that people read."""

from collections.abc import Iterable, Sequence

from benchmarks.row import Row

HEADINGS = ("What", "Figure", "Target", "Met")
_MET = {None: "", True: "yes", False: "NO"}


def table(rows: Iterable[Row]) -> str:
    """Return the rows as a table in Markdown."""
    cells = [HEADINGS, *((row.what, row.figure, row.target, _MET[row.met]) for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(HEADINGS))]
    rule = "|" + "|".join("-" * (width + 2) for width in widths) + "|"
    head, *body = (_line(row, widths) for row in cells)
    return "\n".join([head, rule, *body])


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return (
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
    )
