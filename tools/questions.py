"""Write the answers of docs/questions.md, and one as a picture: `python -m tools.questions`.

It needs the environments of PyAirbyte and dbt (`make dbt-test` sets them up), and takes two
minutes.
"""

import re
import tempfile
from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.table import Table

from integration_tests.dbt.built import Answer, built
from tools.demo.report import WITHOUT_FONTS

PAGE: Final = Path(__file__).parents[1] / "docs" / "questions.md"
PICTURE: Final = PAGE.parent / "images" / "mart.svg"
_SHOWN: Final = 1
"""The place of the question in the picture."""
_QUESTION: Final = re.compile(
    r"^## (?P<title>.*?)$.*?```sql\n(?P<sql>.*?)```\n\n<!-- answer -->\n(?P<answer>.*?)"
    r"<!-- end of answer -->",
    re.DOTALL | re.MULTILINE,
)


def statements(page: str) -> dict[str, str]:
    """Return the SQL of each question, by the question."""
    return {found["title"]: found["sql"] for found in _QUESTION.finditer(page)}


def answered(page: str, answers: Mapping[str, Answer]) -> str:
    """Return the page with these answers."""

    def write(found: re.Match[str]) -> str:
        before, after = found.span("answer")
        start = found.start()
        whole = found.group()
        return whole[: before - start] + table(answers[found["title"]]) + whole[after - start :]

    return _QUESTION.sub(write, page)


def table(answer: Answer) -> str:
    """Return an answer in Markdown."""
    rows = [answer.columns, ["---"] * len(answer.columns), *map(_cells, answer.rows)]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def picture(question: str, answer: Answer) -> str:
    """Return an answer as SVG."""
    console = Console(record=True, width=72, file=StringIO(), force_terminal=True)
    drawn = Table(box=None, pad_edge=False, header_style="dim")
    for name in answer.columns:
        drawn.add_column(name, justify="left" if name.endswith("name") else "right")
    for row in answer.rows:
        drawn.add_row(*_cells(row))
    console.print(drawn)
    return console.export_svg(title=question, code_format=WITHOUT_FONTS, unique_id="mart")


def _cells(row: Sequence[object]) -> list[str]:
    return [f"{cell:,.12g}" if isinstance(cell, int | float) else str(cell or "") for cell in row]


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as made, built("duckdb", Path(made)) as database:
        asked = statements(text)
        answers = database.ask(asked)
    text = answered(text, answers)
    shown = list(asked)[_SHOWN]
    PICTURE.write_text(picture(shown.partition(" ")[2], answers[shown]), encoding="utf-8")
    PAGE.write_text(text, encoding="utf-8")
    print(f"{len(asked)} answers -> {PAGE.name}")
