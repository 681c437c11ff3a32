"""Sandboxes, and the program pointed at them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from integration_tests.connector.harness import Connector, Output, catalog, key
from klaviyo_sandbox import Sandbox, Settings
from source_klaviyo.api import backoff, retry
from source_klaviyo.api.quotas.quota import EndpointQuota

Connect = Callable[..., Connector]

SMALL = Settings(events=3_500, profiles=700, limits=False)


def connector_of(sandbox: Sandbox, folder: Path, **config: object) -> Connector:
    """Return the program with a valid configuration for `sandbox`, changed by `config`."""
    valid = {
        "credentials": key(sandbox.key),
        "api_base_url": sandbox.url,
        "disable_fetching_predictive_analytics": True,  # it would cut the quota to a fifth
    }
    return Connector(folder, valid | config)


def shop_of(settings: Settings, *, plenty: bool = False) -> object:
    """Return a fixture: a shop for the tests of a module, which grants `plenty` or as Klaviyo."""

    @pytest.fixture(scope="module")
    def shop() -> Iterator[Sandbox]:
        with Sandbox.start(settings) as sandbox:
            if plenty:
                sandbox.limits.grant_plenty()
            yield sandbox

    return shop


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a connector in this process wait neither for a retry nor for quota."""
    monkeypatch.setattr(backoff, "_FIRST", 0.001)
    monkeypatch.setattr(EndpointQuota, "reserve", lambda _: 0.0)
    monkeypatch.setattr(retry, "_DOUBT_PAUSES", (0.001, 0.001))


@pytest.fixture(scope="session")
def shop() -> Iterator[Sandbox]:
    """Yield a small shop; nobody changes it or makes it fail."""
    with Sandbox.start(SMALL) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def full_read(shop: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Output:
    """Return a full refresh of the small shop."""
    connector = connector_of(shop, tmp_path_factory.mktemp("full_read"))
    return connector.read(catalog(mode="full_refresh", destination="overwrite"))


@pytest.fixture
def connect(tmp_path: Path) -> Connect:
    """Return what points the program at a sandbox."""

    def connect(sandbox: Sandbox, **config: object) -> Connector:
        return connector_of(sandbox, tmp_path, **config)

    return connect
