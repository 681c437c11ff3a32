"""Access tokens: one for all threads, renewed in time, and once for each end."""

import json
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from integration_tests.connector.harness import RESOURCES, Output, catalog
from integration_tests.connector.truth import assert_complete
from integration_tests.sign_in.conftest import (
    LONG,
    SignedIn,
    assert_secret,
    button,
    kept,
    own_app,
    refreshes,
    refused,
)
from klaviyo_sandbox import Fault, OAuthRules, Sandbox

TEN_ENDS = (0.6,) * 10 + (LONG,)
"""The first token and nine more end soon, the tenth refresh brings one that lasts."""
LATENCY = 150
"""Milliseconds: the catalog is one chain of 45 pages, longer than ten of those tokens."""
STREAMS = [*RESOURCES, "catalog_items"]


def read(signed_in: SignedIn, credentials: dict[str, object]) -> Output:
    """Read until long after the last of the short tokens has ended."""
    return signed_in(credentials).read(catalog(STREAMS))


def assert_whole(shop: Sandbox, output: Output) -> None:
    assert (output.code, output.stderr) == (0, b"")
    assert_complete(shop, output)
    assert set(output.ids("catalog_items")) == shop.ids("catalog-item")
    assert_secret(shop, output)


@pytest.mark.parametrize(
    "rules",
    [
        OAuthRules(token_seconds=TEN_ENDS),
        OAuthRules(token_seconds=TEN_ENDS, rotate="on_use"),
        OAuthRules(token_seconds=TEN_ENDS, rotate="at_once"),
    ],
    ids=["same", "rotated", "rotated_at_once"],
)
def test_ten_ends_take_ten_refreshes(shop: Sandbox, signed_in: SignedIn, rules: OAuthRules) -> None:
    shop.access.set_oauth(rules)
    shop.set_latency(LATENCY)
    output = read(signed_in, button(shop))
    assert_whole(shop, output)
    assert refreshes(shop) == 10
    assert len(output.controls) == 10  # the platform keeps the access token as well


def test_token_answers_that_fail_are_asked_again(shop: Sandbox, signed_in: SignedIn) -> None:
    shop.access.set_oauth(OAuthRules(token_seconds=TEN_ENDS, rotate="at_once"))
    shop.set_latency(LATENCY)
    path = "/oauth/token"
    shop.fail(Fault("status", status=503, path=path, times=2))
    shop.fail(Fault("not_json", path=path, after=1, times=1))
    shop.fail(Fault("html_403", path=path, after=2, times=1))
    shop.fail(Fault("reset", path=path, after=4, times=1))
    output = read(signed_in, button(shop))
    assert_whole(shop, output)
    assert refreshes(shop) == 10 + 1  # one 200 was a page without a token
    assert [hits for _, hits in shop.faults()] == [2, 1, 1, 1]


def test_a_token_that_ends_early_is_renewed_once_for_all(
    shop: Sandbox, signed_in: SignedIn
) -> None:
    shop.set_latency(LATENCY)
    credentials = own_app(shop)

    def end_tokens() -> None:
        for seen in range(1, 6):
            patience = time.monotonic() + 30
            while refreshes(shop) < seen and time.monotonic() < patience:
                time.sleep(0.02)
            time.sleep(0.4)
            shop.advance(LONG + 1)

    ends = threading.Thread(target=end_tokens)
    ends.start()
    output = read(signed_in, credentials)
    ends.join()
    assert_whole(shop, output)
    assert refreshes(shop) == 6
    assert refused(shop)
    assert not output.controls  # nothing that the platform keeps has changed


def test_what_came_in_goes_back_in_the_same_form(shop: Sandbox, signed_in: SignedIn) -> None:
    shop.access.set_oauth(OAuthRules(rotate="on_use"))
    for credentials in (own_app(shop), {**button(shop), "token_expiry_date": "2020-01-01"}):
        connector = signed_in(credentials, start_date="2020-01-01", lookback_days=3)
        output = connector.read(catalog(["lists"]))
        assert output.code == 0
        kinds = [message["type"] for message in output.messages]
        assert kinds.index("CONTROL") < kinds.index("TRACE")
        after = kept(output, {})
        assert after.keys() == connector.config.keys()
        assert after["credentials"].keys() == credentials.keys()
        tokens = {"refresh_token", "access_token", "token_expiry_date"}
        for name, value in credentials.items():
            assert (after["credentials"][name] != value) == (name in tokens)
        assert {**after, "credentials": None} == {**connector.config, "credentials": None}
        again = signed_in(after["credentials"]).read(catalog(["lists"]))
        assert again.code == 0


def test_a_good_token_that_the_platform_kept_is_used(shop: Sandbox, signed_in: SignedIn) -> None:
    output = signed_in(button(shop)).read(catalog(["lists"]))
    assert output.code == 0
    assert refreshes(shop) == 0
    assert set(output.ids("lists")) == shop.ids("list")


def test_webhooks_are_read(shop: Sandbox, signed_in: SignedIn) -> None:
    output = signed_in().read(catalog(["webhooks", "webhook_topics"]))
    assert output.code == 0
    assert set(output.ids("webhooks")) == shop.ids("webhook")
    assert set(output.ids("webhook_topics")) == shop.ids("webhook-topic")


@pytest.mark.parametrize("command", ["check", "read"])
def test_what_klaviyo_refuses_is_said_in_a_sentence(
    shop: Sandbox, signed_in: SignedIn, command: str
) -> None:
    def told(credentials: dict[str, object]) -> str:
        connector = signed_in(credentials)
        if command == "check":
            connection = connector.check().connection
            assert connection["status"] == "FAILED"
            return str(connection["message"])
        output = connector.read(catalog())
        assert output.code == 1
        (failure,) = output.failures
        assert failure["failure_type"] == "config_error"
        return str(failure["message"])

    credentials = own_app(shop)
    assert "`client_secret`" in told({**credentials, "client_secret": "anothers"})
    shop.access.uninstall_app()
    revoked = told(credentials)
    assert "Sign in again" in revoked
    assert "90 days" in revoked
    assert "uninstalled" in revoked


def test_an_app_that_is_uninstalled_meanwhile_ends_the_read(
    shop: Sandbox, signed_in: SignedIn
) -> None:
    credentials = button(shop)
    shop.access.uninstall_app()
    output = signed_in(credentials).read(catalog(["lists", "profiles"]))
    assert output.code == 1
    assert {failure["failure_type"] for failure in output.failures} == {"config_error"}
    assert all("Sign in again" in failure["message"] for failure in output.failures)


def test_not_even_debug_logs_show_a_token(shop: Sandbox, signed_in: SignedIn) -> None:
    shop.access.set_oauth(OAuthRules(rotate="at_once"))
    shop.fail(Fault("status", status=503, path="/oauth/token", times=1))
    connector = signed_in()
    config = connector.file("config", connector.config)
    read = connector.file("catalog", catalog(["lists"]))
    output = connector.run("read", "--debug", "--config", config, "--catalog", read)
    assert output.code == 0
    assert any("the token endpoint: trying again" in line for line in output.logs)
    assert_secret(shop, output)


def test_an_estimate_prints_no_token(shop: Sandbox, tmp_path: Path) -> None:
    shop.access.set_oauth(OAuthRules(rotate="on_use"))
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"credentials": own_app(shop), "api_base_url": shop.url}))
    done = subprocess.run(
        [sys.executable, "-m", "source_klaviyo", "estimate", "--config", config],
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert b"all together" in done.stdout
    assert refreshes(shop) == 1
    for said in (done.stdout, done.stderr):
        assert b'"type"' not in said
        assert b"refresh_token" not in said
