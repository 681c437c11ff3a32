"""A small shop for a Klaviyo that differs, and a connector that does not wait long."""

from collections.abc import Iterator

import pytest

from klaviyo_sandbox import Sandbox, Settings
from source_klaviyo.api import backoff

SHOP = Settings(
    events=2_400,
    profiles=650,
    campaigns=60,
    flows=12,
    lists=12,
    segments=3,
    templates=3,
    tags=20,
    images=3,
    forms=2,
    catalog_items=80,
    coupon_codes=10,
    reviews=130,
    object_records=5,
)


@pytest.fixture(scope="session")
def shared() -> Iterator[Sandbox]:
    with Sandbox.start(SHOP) as sandbox:
        sandbox.limits.grant_plenty()
        yield sandbox


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backoff, "_FIRST", 0.01)


@pytest.fixture
def own() -> Iterator[Sandbox]:
    """A shop whose rows the test may change: no other test reads it."""
    with Sandbox.start(SHOP) as sandbox:
        sandbox.limits.grant_plenty()
        yield sandbox


@pytest.fixture
def shop(shared: Sandbox) -> Iterator[Sandbox]:
    """The shop, as Klaviyo is thought to be; its rows stay as they are."""
    yield shared
    shared.set_quirks()
    shared.clear_faults()
