"""The folder in which the demo leaves everything that went in and came out."""

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Self

_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Folder:
    """`demo_output/` at the root of the repository."""

    path: Path = _ROOT / "demo_output"

    @classmethod
    def emptied(cls) -> Self:
        """Return the folder with nothing in it."""
        folder = cls()
        shutil.rmtree(folder.path, ignore_errors=True)
        folder.path.mkdir()
        return folder

    @property
    def name(self) -> str:
        """The folder as a person would type it at the root of the repository."""
        return f"{self.path.name}/"

    @property
    def files(self) -> list[str]:
        """The names of the files, in the order in which they were begun."""
        return [file.name for file in sorted(self.path.iterdir(), key=lambda f: f.stat().st_ctime)]

    def write(self, name: str, content: object) -> Path:
        """Write `content` as JSON; returns the file."""
        file = self.path / name
        file.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        return file

    def picture(self, name: str, svg: str) -> None:
        """Write a picture."""
        (self.path / name).write_text(svg, encoding="utf-8")
