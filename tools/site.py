"""Build the documentation as a site, with every link checked: `make site`.

The pages stay where people read them in a clone, so they are put together in a folder for the time
being: the README as the front page, the others under their own paths. Raises where a link leads
nowhere.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import yaml

ROOT: Final = Path(__file__).parents[1]
_TOP: Final = ("CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE")


def gather(folder: Path) -> None:
    """Put the pages together in `folder`."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (folder / "index.md").write_text(text, encoding="utf-8")
    for name in _TOP:
        shutil.copy(ROOT / name, folder)
    shutil.copytree(ROOT / "docs", folder / "docs")
    shutil.copytree(ROOT / "dbt", folder / "dbt")


def build(target: Path) -> None:
    """Build the site in `target`. Raises CalledProcessError."""
    settings = yaml.safe_load((ROOT / "mkdocs.yml").read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as around:
        pages = Path(around) / "pages"
        pages.mkdir()
        gather(pages)
        settings |= {"docs_dir": str(pages), "site_dir": str(target)}
        written = Path(around) / "mkdocs.yml"
        written.write_text(yaml.safe_dump(settings), encoding="utf-8")
        command = [sys.executable, "-m", "mkdocs", "build", "--clean", "--strict", "--quiet"]
        subprocess.run([*command, "--config-file", str(written)], check=True)


if __name__ == "__main__":
    build(ROOT / "site")
    print(f"{len(list((ROOT / 'site').rglob('*.html')))} pages -> site/")
