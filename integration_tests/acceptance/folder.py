"""The connector's folder as the standard tests want it: with its name, and with secrets."""

import json
import tempfile
from pathlib import Path
from typing import Final

from integration_tests.connector.harness import key
from klaviyo_sandbox import Sandbox

ROOT: Final = Path(__file__).parents[2]
_LINKED: Final = ("acceptance-test-config.yml", "metadata.yaml", "source_klaviyo", "pyproject.toml")


def prepare() -> Path:
    """Make a folder `source-klaviyo` in one for the time being; return its path."""
    folder = Path(tempfile.mkdtemp(prefix="acceptance-")) / "source-klaviyo"
    (folder / "secrets").mkdir(parents=True)
    for name in _LINKED:
        (folder / name).symlink_to(ROOT / name)
    return folder


def fill(folder: Path, sandbox: Sandbox) -> None:
    """Write the configurations that acceptance-test-config.yml names, for a sandbox."""
    for name, private in (("config", sandbox.key), ("config_wrong_key", "pk_wrong")):
        config = {"credentials": key(private), "api_base_url": sandbox.url}
        (folder / "secrets" / f"{name}.json").write_text(json.dumps(config), encoding="utf-8")
