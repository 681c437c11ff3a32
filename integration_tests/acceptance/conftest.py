"""A sandbox in which every stream has records, and which standard tests a configuration is for."""

from collections.abc import Iterator

import pytest
from airbyte_cdk.test.models import ConnectorTestScenario

from integration_tests.connector.test_all_streams import TINY
from integration_tests.docker.conftest import built, engine
from klaviyo_sandbox import Sandbox

__all__ = ["built", "engine"]

_COMMANDS = {"config_matches_spec": "spec", "check": "check", "discover": "discover"}
"""The command of a standard test, by the end of its name; all others read."""


@pytest.fixture(scope="session")
def shop() -> Iterator[Sandbox]:
    """Yield the sandbox that the configurations name."""
    with Sandbox.start(TINY) as sandbox:
        sandbox.limits.grant_plenty()
        yield sandbox


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out what the standard tests would skip: configurations of other commands.

    One more is left out. It asks Airbyte's registry for the version that is published, and breaking
    changes waive it: the first version of this connector is one.
    """
    items[:] = [item for item in items if _applies(item)]


def _applies(item: pytest.Item) -> bool:
    if not isinstance(item, pytest.Function):
        return True
    name = item.originalname
    if name == "test_docker_image_spec_backward_compatibility":
        return False
    scenario = item.callspec.params.get("scenario") if hasattr(item, "callspec") else None
    if not isinstance(scenario, ConnectorTestScenario):
        return True
    command = next((_COMMANDS[end] for end in _COMMANDS if name.endswith(end)), "read")
    return command in scenario.commands
