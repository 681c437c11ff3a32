"""Every class and every file that docs or docstrings name in backticks is there."""

import ast
import builtins
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
CODE = (
    "source_klaviyo",
    "klaviyo_sandbox",
    "tools",
    "unit_tests",
    "integration_tests",
    "benchmarks",
)
PAGES = {
    str(path.relative_to(ROOT)): path
    for path in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md"))
}
OTHERS = {"AirbyteTracedException", "HttpStream", "AbstractSource", "BackoffStrategy", "TestSpec"}
"""Classes of others that are named."""
FILES_OF_OTHERS = {"tests/test_core.py"}


def named(text: str) -> set[str]:
    """Return what stands in single backticks, outside of blocks."""
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    return set(re.findall(r"(?<!`)`([^`\n]+)`(?!`)", prose))


@cache
def sources() -> dict[Path, str]:
    files = [path for top in CODE for path in (ROOT / top).rglob("*.py")]
    return {path: path.read_text(encoding="utf-8") for path in files}


def docstrings() -> Iterator[str]:
    for text in sources().values():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                yield ast.get_docstring(node) or ""


@cache
def classes() -> set[str]:
    found = {
        name
        for text in sources().values()
        for name in re.findall(r"^class (\w+)", text, re.MULTILINE)
    }
    return found | OTHERS | set(dir(builtins))


@cache
def text_of(place: str) -> str:
    if place == "docstrings":
        return "\n\n".join(docstrings())
    return PAGES[place].read_text(encoding="utf-8")


@pytest.mark.parametrize("place", [*PAGES, "docstrings"])
def test_every_class_and_every_file_that_is_named_exists(place: str) -> None:
    found = named(text_of(place))
    words = {name for name in found if re.fullmatch(r"(?:[A-Z][a-z]+){2,}", name)}
    assert words - classes() == set()
    files = {name for name in found if re.fullmatch(r"[\w/]+\.py", name)}
    known = {str(path.relative_to(ROOT)) for path in sources()}
    known |= {str(path.relative_to(ROOT)) for path in ROOT.glob("*/*.py")}
    lost = {name for name in files if not any(f"/{path}".endswith(f"/{name}") for path in known)}
    assert lost - FILES_OF_OTHERS == set()
