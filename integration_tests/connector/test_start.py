"""Whatever happens while the program is imported, nobody sees a traceback."""

import os
import signal
import subprocess
import sys
from typing import Final

import pytest

from integration_tests.connector.conftest import Connect
from klaviyo_sandbox import Sandbox

_INTERRUPTED: Final = """
import os, signal, sys
from source_klaviyo.cli.start import main

class Finder:
    @staticmethod
    def find_spec(name, *_):
        if name == {module!r}:
            os.kill(os.getpid(), signal.{signal})

sys.meta_path.insert(0, Finder)
sys.argv[1:] = {arguments!r}
main()
"""


@pytest.mark.parametrize(
    ("command", "module", "number"),
    [
        ("discover", "source_klaviyo.cli.run", signal.SIGTERM),
        ("discover", "source_klaviyo.cli.commands", signal.SIGINT),
        ("discover", "airbyte_cdk.entrypoint", signal.SIGTERM),
        ("estimate", "airbyte_cdk.models", signal.SIGINT),
        ("login", "source_klaviyo.login.consent", signal.SIGTERM),
    ],
)
def test_a_signal_while_it_is_imported_ends_it_without_a_word(
    connect: Connect, shop: Sandbox, command: str, module: str, number: signal.Signals
) -> None:
    connector = connect(shop)
    given = {"login": ["--client-id", "x"]}
    config = ["--config", connector.file("config", connector.config)]
    arguments = [command, *given.get(command, config)]
    code = _INTERRUPTED.format(module=module, signal=number.name, arguments=arguments)
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (-number, b"", b"")


def test_warnings_of_libraries_are_no_errors(connect: Connect, shop: Sandbox) -> None:
    connector = connect(shop)
    command = [sys.executable, "-m", "source_klaviyo", "check"]
    checked = subprocess.run(
        [*command, "--config", connector.file("config", connector.config)],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONWARNINGS": "error"},
    )
    assert (checked.returncode, checked.stderr) == (0, b"")
    assert b'"SUCCEEDED"' in checked.stdout
