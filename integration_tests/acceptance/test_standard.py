"""The standard tests of airbyte-cdk, in this process and against the image.

They want options of their own: `make acceptance-test` gives them.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from airbyte_cdk.test.standard_tests import SourceTestSuiteBase, docker_base
from airbyte_cdk.utils.docker import run_docker_airbyte_command

from integration_tests.acceptance.folder import fill, prepare
from klaviyo_sandbox import Sandbox
from source_klaviyo import SourceKlaviyo

FOLDER: Final = prepare()


@pytest.fixture(scope="module", autouse=True)
def configured(shop: Sandbox) -> Iterator[None]:
    """Write the configurations for the time of these tests."""
    fill(FOLDER, shop)
    yield
    shutil.rmtree(FOLDER.parent)


@pytest.fixture(autouse=True)
def on_the_hosts_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let containers reach the sandbox, which is on this machine's loopback."""

    def run(command: list[str], **options: Any) -> Any:  # noqa: ANN401  as the CDK's own
        return run_docker_airbyte_command(
            [*command[:2], "--network", "host", *command[2:]], **options
        )

    monkeypatch.setattr(docker_base, "run_docker_airbyte_command", run)


@pytest.fixture
def connector_image_override(built: str) -> str:
    """Return the image under test."""
    return built


class TestSource(SourceTestSuiteBase):
    """Every standard test of a source."""

    connector = SourceKlaviyo

    @classmethod
    def get_connector_root_dir(cls) -> Path:
        return FOLDER
