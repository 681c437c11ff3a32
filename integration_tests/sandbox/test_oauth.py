"""The sandbox's OAuth: consent, codes, tokens, and the scopes of what is included."""

import base64
import hashlib
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from integration_tests.sandbox.reader import Reader
from klaviyo_sandbox import OAuthRules, Sandbox, Settings

REDIRECT = "http://localhost:8765/callback"
VERIFIER = "v" * 50
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
)
CAMPAIGNS = {
    "filter": "equals(messages.channel,'email')",
    "include": "campaign-messages,tags",
}


@pytest.fixture(scope="module")
def shop() -> Iterator[Sandbox]:
    with Sandbox.start(Settings(events=200, profiles=60, limits=False)) as sandbox:
        yield sandbox


@pytest.fixture(autouse=True)
def usual_rules(shop: Sandbox) -> None:
    shop.access.set_oauth(OAuthRules())


def authorize(shop: Sandbox, **changes: str) -> requests.Response:
    query = {
        "response_type": "code",
        "client_id": shop.client_id,
        "redirect_uri": REDIRECT,
        "scope": "campaigns:read tags:read",
        "state": "s",
        "code_challenge_method": "S256",
        "code_challenge": CHALLENGE,
    }
    return requests.post(
        f"{shop.url}/oauth/authorize",
        params=query | {name: value for name, value in changes.items() if name in query},
        data={
            "decision": changes.get("decision", "allow"),
            "scope": changes.get("granted", "campaigns:read"),
        },
        allow_redirects=False,
        timeout=10,
    )


def code(shop: Sandbox) -> str:
    location = authorize(shop).headers["Location"]
    answer = parse_qs(urlsplit(location).query)
    assert location.startswith(REDIRECT)
    assert answer["state"] == ["s"]
    return answer["code"][0]


def token(shop: Sandbox, secret: str | None = None, **fields: str) -> tuple[int, dict[str, Any]]:
    answer = requests.post(
        f"{shop.url}/oauth/token",
        auth=(shop.client_id, secret or shop.client_secret),
        data=fields,
        timeout=10,
    )
    return answer.status_code, answer.json()


def exchange(shop: Sandbox, value: str, **changes: str) -> tuple[int, dict[str, Any]]:
    fields = {"code": value, "code_verifier": VERIFIER, "redirect_uri": REDIRECT} | changes
    return token(shop, grant_type="authorization_code", **fields)


def refresh(shop: Sandbox, value: str) -> tuple[int, dict[str, Any]]:
    return token(shop, grant_type="refresh_token", refresh_token=value)


def opens(shop: Sandbox, access_token: str) -> bool:
    answer = Reader(shop.url, f"Bearer {access_token}").get("/api/campaigns", CAMPAIGNS)
    return answer.status != 401


def test_a_code_is_good_once_for_what_was_allowed(shop: Sandbox) -> None:
    value = code(shop)
    status, issued = exchange(shop, value)
    assert (status, issued["scope"], issued["token_type"]) == (200, "campaigns:read", "bearer")
    assert opens(shop, issued["access_token"])
    assert exchange(shop, value)[1]["error"] == "invalid_grant"


def test_a_code_needs_its_verifier_its_address_and_to_be_fresh(shop: Sandbox) -> None:
    assert exchange(shop, code(shop), code_verifier="w" * 50)[0] == 400
    assert exchange(shop, code(shop), redirect_uri="http://localhost:1/")[0] == 400
    late = code(shop)
    shop.advance(301)
    assert exchange(shop, late)[1]["error"] == "invalid_grant"


def test_consent_can_be_denied_and_wants_a_registered_address(shop: Sandbox) -> None:
    denied = authorize(shop, decision="deny").headers["Location"]
    assert "error=access_denied" in denied
    assert authorize(shop, redirect_uri="http://localhost:1/").status_code == 400
    assert "error=invalid_request" in authorize(shop, code_challenge="").headers["Location"]


def test_a_wrong_secret_is_told(shop: Sandbox) -> None:
    status, answer = token(shop, "wrong", grant_type="refresh_token", refresh_token="x")
    assert (status, answer["error"]) == (401, "invalid_client")


def test_access_tokens_end_and_refresh_tokens_stay(shop: Sandbox) -> None:
    tokens = shop.access.install_app(["campaigns:read"])
    assert opens(shop, tokens.access_token)
    shop.advance(3601)
    assert not opens(shop, tokens.access_token)
    status, issued = refresh(shop, tokens.refresh_token)
    assert (status, issued["refresh_token"]) == (200, tokens.refresh_token)
    assert opens(shop, issued["access_token"])


@pytest.mark.parametrize("rules", [OAuthRules(rotate="on_use"), OAuthRules(rotate="at_once")])
def test_rotated_refresh_tokens_die(shop: Sandbox, rules: OAuthRules) -> None:
    shop.access.set_oauth(rules)
    tokens = shop.access.install_app()
    issued = refresh(shop, tokens.refresh_token)[1]
    assert issued["refresh_token"] != tokens.refresh_token
    if rules.rotate == "on_use":
        issued = refresh(shop, tokens.refresh_token)[1]
        assert opens(shop, issued["access_token"])
    assert refresh(shop, tokens.refresh_token)[1]["error"] == "invalid_grant"
    assert refresh(shop, issued["refresh_token"])[0] == 200


def test_lifetimes_are_given_out_in_order(shop: Sandbox) -> None:
    shop.access.set_oauth(OAuthRules(token_seconds=(5, 50)))
    tokens = shop.access.install_app()
    assert tokens.expires_in == 5
    assert [refresh(shop, tokens.refresh_token)[1]["expires_in"] for _ in range(2)] == [50, 50]


def test_an_app_can_be_uninstalled(shop: Sandbox) -> None:
    tokens = shop.access.install_app()
    shop.access.uninstall_app()
    assert not opens(shop, tokens.access_token)
    assert refresh(shop, tokens.refresh_token)[0] == 400


def test_what_is_included_needs_its_scope(shop: Sandbox) -> None:
    shop.access.add_key("pk_six", ["campaigns:read"])
    reader = Reader(shop.url, "Klaviyo-API-Key pk_six")
    refused = reader.get("/api/campaigns", CAMPAIGNS)
    assert refused.status == 403
    assert "tags:read" in str(refused.error["detail"])
