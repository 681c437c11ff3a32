"""The image, built once, and a sandbox for it to read."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import docker
import pytest
from docker import DockerClient
from docker.errors import DockerException

from integration_tests.connector.harness import Json, key
from integration_tests.docker.container import Image
from klaviyo_sandbox import Sandbox, Settings

ROOT: Final = Path(__file__).parents[2]
TAG: Final = "airbyte/source-klaviyo:test"
BASE_IMAGE: Final = os.environ.get("BASE_IMAGE", "")
"""The image to build on, where the one that the Dockerfile names cannot be pulled."""


@pytest.fixture(scope="session")
def engine() -> Iterator[DockerClient]:
    """Yield the Docker engine. These tests fail without one, as they show nothing without it."""
    try:
        client = docker.from_env(timeout=600)
        client.ping()
    except DockerException as missing:
        pytest.fail(f"No Docker engine answers: {missing}. Start one, then `make image-test`.")
    yield client
    client.close()


@pytest.fixture(scope="session")
def built(engine: DockerClient) -> str:
    """Build the image as a user does; return its tag."""
    build(engine, ROOT, TAG)
    return TAG


def build(engine: DockerClient, folder: Path, tag: str, network: str | None = None) -> None:
    """Build the image of the connector that is in `folder`."""
    arguments = {"BASE_IMAGE": BASE_IMAGE} if BASE_IMAGE else {}
    engine.images.build(
        path=str(folder), tag=tag, buildargs=arguments, network_mode=network, forcerm=True
    )


@pytest.fixture
def image(engine: DockerClient, built: str, tmp_path: Path) -> Image:
    """Return the image, with a folder for its files that every user may read."""
    tmp_path.chmod(0o755)
    for folder in tmp_path.parents[:2]:
        folder.chmod(0o755)
    return Image(engine, built, tmp_path)


@pytest.fixture(scope="session")
def shop() -> Iterator[Sandbox]:
    """Yield a shop whose answers take long enough for a read to be stopped in it."""
    with Sandbox.start(Settings(events=4_000, profiles=1_000, latency_ms=50)) as sandbox:
        sandbox.limits.grant_plenty()
        yield sandbox


@pytest.fixture
def config(shop: Sandbox) -> Json:
    """Return the smallest configuration."""
    return {"credentials": key(shop.key), "api_base_url": shop.url}
