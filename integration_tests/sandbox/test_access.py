"""Credentials, scopes and revisions."""

import pytest

from integration_tests.sandbox.reader import Reader
from klaviyo_sandbox import Sandbox
from klaviyo_sandbox.spec import load_spec

OPT_OUT = "X-Klaviyo-Revision-Fall-Forward-Opt-Out"


@pytest.mark.parametrize(
    ("authorization", "code"),
    [
        (None, "not_authenticated"),
        ("Klaviyo-API-Key pk_unknown", "not_authenticated"),
        ("Bearer pk_sandbox_full", "authentication_failed"),
        ("Klaviyo-API-Key", "not_authenticated"),
    ],
)
def test_who_is_not_let_in(authorization: str | None, code: str, reader: Reader) -> None:
    answer = reader.get("/api/accounts", headers={"Authorization": authorization})
    assert answer.status == 401
    assert answer.error["code"] == code


def test_webhooks_take_no_key(shop: Sandbox, reader: Reader) -> None:
    assert reader.get("/api/webhooks").status == 403
    assert reader.get("/api/webhook-topics").status == 403
    assert set(Reader(shop.url, f"Bearer {shop.token}").get("/api/webhooks").ids) == shop.ids(
        "webhook"
    )


def test_every_endpoint_wants_its_scopes(own: Sandbox) -> None:
    own.access.add_key("pk_none", [])
    nothing = Reader(own.url, "Klaviyo-API-Key pk_none")
    for path, endpoint in load_spec().endpoints.items():
        if endpoint.kind == "collection":
            answer = nothing.get(path)
            assert answer.status == 403
            assert answer.error["code"] == "permission_denied"
            assert endpoint.scopes[0] in str(answer.error["detail"]) or endpoint.type.startswith(
                "webhook"
            )


def test_both_scopes_of_list_members_are_wanted(own: Sandbox) -> None:
    own.access.add_key("pk_lists", ["lists:read"])
    own.access.add_key("pk_both", ["lists:read", "profiles:read"])
    path = f"/api/lists/{min(own.ids('list'))}/profiles"
    refused = Reader(own.url, "Klaviyo-API-Key pk_lists").get(path)
    assert refused.status == 403
    assert str(refused.error["detail"]).endswith(": profiles:read")
    assert Reader(own.url, "Klaviyo-API-Key pk_both").get(path).status == 200


def test_revisions(reader: Reader) -> None:
    def ask(revision: str | None, opt_out: str | None = None) -> tuple[int, str | None]:
        answer = reader.get("/api/accounts", headers={"revision": revision, OPT_OUT: opt_out})
        return answer.status, answer.headers.get("X-Klaviyo-API-Revision")

    assert ask("2026-07-15") == (200, "2026-07-15")
    assert ask("2026-10-15", "1") == (200, "2026-10-15")
    assert ask("2024-10-15") == (200, "2025-01-15")
    assert ask("2024-10-15", "1")[0] == 410
    assert ask(None)[0] == 400
    assert ask("yesterday")[0] == 400
    assert ask("2026-08-01")[0] == 400
