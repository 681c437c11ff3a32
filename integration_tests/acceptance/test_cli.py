"""`airbyte-cdk connector test`, as a contributor of Airbyte's types it."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from integration_tests.acceptance.folder import ROOT, fill, prepare
from klaviyo_sandbox import Sandbox


def test_airbyte_cdk_connector_test_passes(shop: Sandbox) -> None:
    folder = prepare()
    fill(folder, shop)
    command = (
        *(Path(sys.executable).parent / "airbyte-cdk", "connector", "test"),
        *("--pytest-arg=-m", "--pytest-arg=not image_tests"),
    )
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    shutil.rmtree(folder.parent)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"\b[5-9]\d* passed", done.stdout), done.stdout
