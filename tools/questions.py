"""Write the answers of docs/questions.md: `python -m tools.questions`.

It needs the environments of PyAirbyte and dbt (`make dbt-test` sets them up), and takes two
minutes.
"""

import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from integration_tests.dbt.built import Answer, built

PAGE: Final = Path(__file__).parents[1] / "docs" / "questions.md"
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


def _cells(row: Sequence[object]) -> list[str]:
    return [f"{cell:,.12g}" if isinstance(cell, int | float) else str(cell or "") for cell in row]


if __name__ == "__main__":
    text = PAGE.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as made, built("duckdb", Path(made)) as database:
        text = answered(text, database.ask(statements(text)))
    PAGE.write_text(text, encoding="utf-8")
    print(f"{len(statements(text))} answers -> {PAGE.name}")
