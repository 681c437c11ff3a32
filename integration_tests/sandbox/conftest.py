from collections.abc import Iterator

import pytest

from integration_tests.sandbox.reader import Reader
from klaviyo_sandbox import Sandbox, Settings

from .report_tools import NOW


def reader_of(sandbox: Sandbox) -> Reader:
    return Reader(sandbox.url, f"Klaviyo-API-Key {sandbox.key}")


@pytest.fixture(scope="session")
def shop() -> Iterator[Sandbox]:
    """A shop that no test changes."""
    with Sandbox.start(Settings(events=2_500, profiles=420, limits=False)) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def reader(shop: Sandbox) -> Reader:
    return reader_of(shop)


@pytest.fixture(scope="module")
def own() -> Iterator[Sandbox]:
    """A shop that the tests of one module change."""
    with Sandbox.start(Settings(events=1_500, profiles=300, limits=False)) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def own_reader(own: Sandbox) -> Reader:
    return reader_of(own)


@pytest.fixture(scope="session")
def one_second() -> Iterator[Sandbox]:
    """A shop in which everything happened in the same second."""
    with Sandbox.start(
        Settings(events=300, profiles=120, spread="second", limits=False)
    ) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def reporting() -> Iterator[Sandbox]:
    """A shop at a fixed time that no test changes, for reports."""
    settings = Settings(events=3_000, profiles=300, now=NOW, limits=False)
    with Sandbox.start(settings) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def reporter(reporting: Sandbox) -> Reader:
    return reader_of(reporting)


@pytest.fixture(scope="module")
def own_reporting() -> Iterator[Sandbox]:
    """A shop at a fixed time that the tests of one module change."""
    with Sandbox.start(Settings(events=200, profiles=120, now=NOW, limits=False)) as sandbox:
        yield sandbox


@pytest.fixture
def changing() -> Iterator[Sandbox]:
    """A shop at a fixed time for one test."""
    with Sandbox.start(Settings(events=200, profiles=120, now=NOW, limits=False)) as sandbox:
        yield sandbox
