"""The page on which the account's owner allows or denies the app's scopes."""

from html import escape
from urllib.parse import urlencode

from klaviyo_sandbox.oauth.grants import Grants
from klaviyo_sandbox.oauth.rules import CLIENT_ID
from klaviyo_sandbox.web.reply import Reply
from klaviyo_sandbox.web.request import Request

_HTML = "text/html; charset=utf-8"
_PAGE = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>
body{{font:16px/1.5 sans-serif;max-width:34rem;margin:4rem auto;color:#222}}
label{{display:block}}button{{font:inherit;padding:.5rem 1.5rem;margin:1.5rem 1rem 0 0}}
</style></head><body><h1>{title}</h1>{body}</body></html>"""


def consent(grants: Grants, request: Request, form: dict[str, list[str]]) -> Reply:
    """Return the page, or where its form leads to."""
    query = dict(request.query)
    if query.get("client_id") != CLIENT_ID:
        return _page(400, "Unknown app", "<p>There is no app with this client id.</p>")
    redirect_url = query.get("redirect_uri", "")
    registered = grants.rules.redirect_urls
    if registered and redirect_url not in registered:
        text = f"<p>{escape(redirect_url)} is not a redirect URL of this app.</p>"
        return _page(400, "Redirect URL not registered", text)
    if query.get("response_type") != "code" or not query.get("scope"):
        return _back(grants, query, {"error": "invalid_request"})
    if query.get("code_challenge_method") != "S256" or not query.get("code_challenge"):
        return _back(grants, query, {"error": "invalid_request"})
    if request.method == "GET":
        return _page(200, "Allow this app to read your account?", _form(request))
    if form.get("decision") != ["allow"]:
        description = "The resource owner denied the request."
        return _back(grants, query, {"error": "access_denied", "error_description": description})
    scopes = form.get("scope", [])
    code = grants.code(scopes, query["code_challenge"], redirect_url)
    return _back(grants, query, {"code": code})


def _form(request: Request) -> str:
    scopes = dict(request.query)["scope"].split()
    boxes = "".join(
        f'<label><input type="checkbox" name="scope" value="{escape(scope)}" checked>'
        f" {escape(scope)}</label>"
        for scope in scopes
    )
    return (
        f'<form method="post" action="/oauth/authorize?{escape(request.raw_query)}">{boxes}'
        '<button name="decision" value="allow">Allow</button>'
        '<button name="decision" value="deny">Deny</button></form>'
    )


def _back(grants: Grants, query: dict[str, str], answer: dict[str, str]) -> Reply:
    state = "of-somebody-else" if grants.rules.wrong_state else query.get("state", "")
    location = f"{query['redirect_uri']}?{urlencode({**answer, 'state': state})}"
    return Reply(302, b"", _HTML, {"Location": location})


def _page(status: int, title: str, body: str) -> Reply:
    return Reply(status, _PAGE.format(title=escape(title), body=body).encode(), _HTML)
