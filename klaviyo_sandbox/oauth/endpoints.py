"""`/oauth/authorize` and `/oauth/token`."""

import base64
import binascii
from urllib.parse import parse_qs, unquote_plus

import orjson

from klaviyo_sandbox.oauth.consent import consent
from klaviyo_sandbox.oauth.grants import GrantError, Grants, Issued
from klaviyo_sandbox.oauth.rules import CLIENT_ID, CLIENT_SECRET
from klaviyo_sandbox.web.reply import Reply
from klaviyo_sandbox.web.request import Request

PREFIX = "/oauth/"
_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"


def answer(grants: Grants, request: Request) -> Reply:
    """Answer a request below `/oauth/`."""
    form = parse_qs(request.body.decode("latin-1"), keep_blank_values=True)
    if request.path == "/oauth/authorize":
        return consent(grants, request, form)
    if request.path != "/oauth/token":
        return _refusal(404, "not_found", "There is no such endpoint.")
    if request.method != "POST":
        return _refusal(405, "invalid_request", "Use POST.")
    if not request.headers.get("content-type", "").startswith(_FORM):
        return _refusal(400, "invalid_request", f"Send {_FORM}.")
    if _client(request) != (CLIENT_ID, CLIENT_SECRET):
        return _refusal(401, "invalid_client", "The client id or secret is wrong.")
    return _token(grants, {name: values[0] for name, values in form.items()})


def _token(grants: Grants, fields: dict[str, str]) -> Reply:
    try:
        match fields.get("grant_type"):
            case "authorization_code":
                issued = grants.exchange(
                    fields.get("code", ""),
                    fields.get("code_verifier", ""),
                    fields.get("redirect_uri", ""),
                )
            case "refresh_token":
                issued = grants.refresh(fields.get("refresh_token", ""))
            case _:
                return _refusal(400, "unsupported_grant_type", "Unknown grant_type.")
    except GrantError as error:
        return _refusal(400, "invalid_grant", str(error))
    return Reply(200, orjson.dumps(_shown(issued)), _JSON, {"Cache-Control": "no-store"})


def _shown(issued: Issued) -> dict[str, object]:
    shown: dict[str, object] = {
        "access_token": issued.access_token,
        "refresh_token": issued.refresh_token,
        "expires_in": issued.expires_in,
        "token_type": "bearer",
    }
    if issued.scopes is not None:
        shown["scope"] = " ".join(sorted(issued.scopes))
    return shown


def _client(request: Request) -> tuple[str, str] | None:
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    try:
        name, _, secret = base64.b64decode(value).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (unquote_plus(name), unquote_plus(secret)) if scheme.lower() == "basic" else None


def _refusal(status: int, error: str, description: str) -> Reply:
    body = orjson.dumps({"error": error, "error_description": description})
    return Reply(status, body, _JSON)
