"""A small shop whose reports are read over HTTP, and a connector that does not wait long."""

from collections.abc import Iterator

import pytest

from integration_tests.reports.syncs import SHOP
from klaviyo_sandbox import Sandbox, Settings
from source_klaviyo.api import backoff


@pytest.fixture(scope="module")
def shared() -> Iterator[Sandbox]:
    with Sandbox.start(Settings(**SHOP)) as sandbox:
        yield sandbox


@pytest.fixture
def shop(shared: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sandbox]:
    """The shop, which grants plenty."""
    monkeypatch.setattr(backoff, "_FIRST", 0.01)
    shared.limits.grant_plenty()
    shared.limits.turn_on()
    shared.log.reset()
    yield shared
    shared.set_quirks()
    shared.clear_faults()
    shared.reports.refuse_conversion_metrics([])
