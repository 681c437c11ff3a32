"""Every class and every file that docs or docstrings name in backticks is there."""

import ast
import builtins
import re
from collections.abc import Iterator
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
FILES = [path for top in CODE for path in (ROOT / top).rglob("*.py")]
SOURCES = {path: path.read_text(encoding="utf-8") for path in FILES}
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").rglob("*.md")]
OTHERS = {"AirbyteTracedException", "HttpStream", "AbstractSource", "BackoffStrategy", "TestSpec"}
"""Classes of others that are named."""
FILES_OF_OTHERS = {"tests/test_core.py"}


def named(text: str) -> set[str]:
    """Return what stands in single backticks, outside of blocks."""
    prose = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
    return set(re.findall(r"(?<!`)`([^`\n]+)`(?!`)", prose))


def docstrings() -> Iterator[str]:
    for text in SOURCES.values():
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
                yield ast.get_docstring(node) or ""


def classes() -> set[str]:
    found = {
        name
        for text in SOURCES.values()
        for name in re.findall(r"^class (\w+)", text, re.MULTILINE)
    }
    return found | OTHERS | set(dir(builtins))


TEXTS = {path.name: path.read_text(encoding="utf-8") for path in PAGES}
TEXTS["docstrings"] = "\n\n".join(docstrings())


@pytest.mark.parametrize("place", TEXTS)
def test_every_class_that_is_named_exists(place: str) -> None:
    words = {name for name in named(TEXTS[place]) if re.fullmatch(r"(?:[A-Z][a-z]+){2,}", name)}
    assert words - classes() == set()


@pytest.mark.parametrize("place", TEXTS)
def test_every_file_that_is_named_exists(place: str) -> None:
    files = {name for name in named(TEXTS[place]) if re.fullmatch(r"[\w/]+\.py", name)}
    known = {str(path.relative_to(ROOT)) for path in SOURCES}
    known |= {str(path.relative_to(ROOT)) for path in ROOT.glob("*/*.py")}
    lost = {name for name in files if not any(f"/{path}".endswith(f"/{name}") for path in known)}
    assert lost - FILES_OF_OTHERS == set()
