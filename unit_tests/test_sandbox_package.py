"""The sandbox is a package of its own: what it imports is what it says that it needs."""

import ast
import re
import sys
import tomllib
from pathlib import Path

FOLDER = Path(__file__).parent.parent / "klaviyo_sandbox"
NEEDED_BY_UVICORN = {"httptools", "uvloop"}


def imported() -> set[str]:
    names = set[str]()
    for file in FOLDER.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module.partition(".")[0])
    return names - sys.stdlib_module_names - {"klaviyo_sandbox"}


def test_it_declares_what_it_imports_and_nothing_else() -> None:
    project = tomllib.loads((FOLDER / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {re.split(r"[><=; ]", each)[0] for each in project["dependencies"]}
    assert declared == imported() | NEEDED_BY_UVICORN
