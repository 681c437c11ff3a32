"""A shop with an app that reads it, and the program signed in with that app."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from integration_tests.connector.conftest import shop_of
from integration_tests.connector.harness import Connector, Json, Output
from klaviyo_sandbox import OAuthRules, Sandbox, Settings

SignedIn = Callable[..., Connector]

LONG = 3600.0


shop = shop_of(Settings(events=3_000, profiles=600, catalog_items=4_500, limits=False))


@pytest.fixture(autouse=True)
def usual_rules(shop: Sandbox) -> None:
    """Undo what other tests have set."""
    shop.access.set_oauth(OAuthRules())
    shop.clear_faults()
    shop.set_latency(0)
    shop.log.reset()


@pytest.fixture
def signed_in(shop: Sandbox, tmp_path: Path) -> SignedIn:
    """Return what points the program at the shop, as an app that was just allowed `scopes`."""

    def signed_in(credentials: Json | None = None, **config: object) -> Connector:
        given = credentials or own_app(shop)
        return Connector(
            tmp_path, {"credentials": given, "api_base_url": shop.url, "num_workers": 32, **config}
        )

    return signed_in


def own_app(shop: Sandbox, scopes: list[str] | None = None) -> Json:
    """Return credentials of an app of the customer's own."""
    return {
        "auth_type": "oauth_own_app",
        "client_id": shop.client_id,
        "client_secret": shop.client_secret,
        "refresh_token": shop.access.install_app(scopes).refresh_token,
    }


def button(shop: Sandbox) -> Json:
    """Return credentials as Airbyte's sign-in button leaves them behind."""
    tokens = shop.access.install_app()
    ends = datetime.fromtimestamp(time.time(), UTC) + timedelta(seconds=tokens.expires_in)
    return {
        "auth_type": "oauth2.0",
        "client_id": shop.client_id,
        "client_secret": shop.client_secret,
        "refresh_token": tokens.refresh_token,
        "access_token": tokens.access_token,
        "token_expiry_date": ends.isoformat(),
    }


def refreshes(shop: Sandbox) -> int:
    """Return how often the token endpoint has given a token."""
    count = shop.log.counts().get("/oauth/token")
    return count.statuses.get(200, 0) if count else 0


def refused(shop: Sandbox) -> int:
    """Return how many requests met a 401."""
    return sum(count.statuses.get(401, 0) for count in shop.log.counts().values())


def kept(output: Output, before: Json) -> Json:
    """Return the configuration that the platform has after a run."""
    return (
        output.controls[-1]["control"]["connectorConfig"]["config"] if output.controls else before
    )


def assert_secret(shop: Sandbox, *outputs: Output) -> None:
    """Show that no token that the shop has given out stands in what a run printed."""
    known = [*shop.access.secrets(), shop.client_secret]
    assert len(known) > 1
    for output in outputs:
        for secret in known:
            assert secret.encode() not in output.shown
