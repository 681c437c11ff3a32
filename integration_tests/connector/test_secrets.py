"""A server that repeats what it was sent gets no secret into what the programs print."""

import html
import json
import os
import re
import tempfile
import threading
import webbrowser
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, quote, unquote, urlsplit

import pytest
import requests
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from integration_tests.connector.harness import Connector, Json, Output, catalog, state_of
from integration_tests.connector.program import in_this_process
from integration_tests.connector.relay import Reply, closed, host

_LEAST: Final = 8
"""So many letters of a secret in a row are a leak; base64 may leave a letter at either end."""

_FORMS: Final[Mapping[str, Callable[[str], str]]] = {
    "plain": str,
    "url": lambda text: quote(text, safe=""),
    "html": html.escape,
    "json": json.dumps,
    "base64": lambda text: f"Basic {b64encode(text.encode()).decode()}",
}
_PLACES: Final = ("detail", "title", "parameter", "redirect", "next host", "next path", "token")
_STATUSES: Final = (400, 401, 403, 404, 409, 410, 422)  # which are not asked again

# A secret is told from other texts by its letters, whatever else is in it of what tokens are made
# of (RFC 6750, section 2.1). unit_tests/test_masking.py has secrets of all other characters.
_letters = st.text("GJKQVWXZ", min_size=12, max_size=40)
_odd = st.text("abcdefghijklmnopqrstuvwxyz0123456789-._~+/", max_size=12)
_secrets = st.builds(lambda head, core, tail: f"{head}{core}{tail}", _odd, _letters, _odd)


@dataclass
class Echo:
    """Answers every request with what stood in its Authorization, and with the `known` secrets.

    They are a key or a client's secret, a refresh token and an access token.
    """

    place: str
    form: str
    status: int
    before: int
    known: list[str]
    sent: list[str] = field(default_factory=list)

    def __call__(self, path: str, headers: Mapping[str, str], _: bytes) -> Reply:
        said = f"{'.' * self.before}{self.form_of(headers.get('authorization', ''))}"
        if path.startswith("/oauth/token"):
            return self._token(said)
        self.sent.append(headers.get("authorization", ""))
        if self.place == "redirect":
            return 302, {"Location": f"https://x.example/{said}", "Retry-After": said}, b""
        if self.place.startswith("next"):
            row: Json = {"type": "x", "id": "a", "attributes": {}}
            if re.match("/api/[a-z-]+/a$", path.partition("?")[0]):
                return 200, {}, json.dumps({"data": row}).encode()
            at = quote(said, safe="")
            link = f"https://{at}.x.example/" if self.place == "next host" else f"/{at}"
            return 200, {}, json.dumps({"data": [row], "links": {"next": link}}).encode()
        error: Json = {"detail": "No.", "title": "No.", "source": {"parameter": "x"}}
        if self.place == "parameter":
            error["source"]["parameter"] = said
        else:
            error[self.place if self.place in error else "detail"] = said
        if self.place == "title":
            del error["detail"]
        return self.status, {"X-Echo": said}, json.dumps({"errors": [error]}).encode()

    def form_of(self, text: str) -> str:
        is_quoted_anyway = self.form == "url" and self.place.startswith("next")
        form = str if is_quoted_anyway else _FORMS[self.form]
        return " ".join(form(each) for each in (text, *self.known))

    def _token(self, said: str) -> Reply:
        if self.place == "token":
            return 400, {}, json.dumps({"error": said, "error_description": said}).encode()
        token = {"access_token": self.known[2], "refresh_token": self.known[1], "scope": said}
        return 200, {"Content-Type": "application/json"}, json.dumps(token).encode()


echoes = st.builds(
    Echo,
    st.sampled_from(_PLACES),
    st.sampled_from(sorted(_FORMS)),
    st.sampled_from(_STATUSES),
    st.integers(0, 310),
    st.lists(_secrets, min_size=3, max_size=3).map(lambda some: [some[0], "".join(some), some[2]]),
)
few = settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],  # each example starts programs
    suppress_health_check=[HealthCheck.too_slow],
)


def assert_hidden(shown: bytes, secrets: list[str]) -> None:
    """Show that no part of a secret stands in `shown`, however it is written there."""
    text = shown.decode()
    runs = re.findall("[A-Za-z0-9+/]{11,}", unquote(text).translate(str.maketrans("-_", "+/")))
    decoded = [
        b64decode(run[at : at + (len(run) - at) // 4 * 4]) for run in runs for at in range(4)
    ]
    texts = [text, unquote(text), html.unescape(text), text.replace("\\", ""), *map(repr, decoded)]
    for secret in secrets:
        for at in range(len(secret) - _LEAST + 1):
            part = secret[at : at + _LEAST]
            if re.search("[GJKQVWXZ]{6}", part):
                leaks = [
                    each[max(0, each.find(part) - 60) :][:120] for each in texts if part in each
                ]
                assert not leaks, secret


def credentials(kind: str, known: list[str]) -> Json:
    if kind == "api_key":
        return {"auth_type": kind, "api_key": known[0]}
    app = {"client_id": "app", "client_secret": known[0], "refresh_token": known[1]}
    if kind == "oauth2.0":
        app |= {"access_token": known[2], "token_expiry_date": "2099-01-01T00:00:00Z"}
    return {"auth_type": kind, **app}


@few
@given(echoes, st.sampled_from(["api_key", "oauth_own_app", "oauth2.0"]))
def test_no_command_prints_a_secret_that_was_repeated_to_it(echo: Echo, kind: str) -> None:
    if kind == "api_key":
        del echo.known[1:]
    with host(echo) as front, tempfile.TemporaryDirectory() as folder:
        config = {"credentials": credentials(kind, echo.known), "api_base_url": front.url}
        connector = Connector(Path(folder), config)
        cursors = {"events": "datetime", "profiles": "updated", "flows": "x"}
        bad = [state_of(name, {each: echo.form_of("")}) for name, each in cursors.items()]
        names = ["events", "profiles", "flows", "lists", "list_profiles"]
        arguments = ("--config", connector.file("config", config))
        files = ("--catalog", connector.file("catalog", catalog(names)))
        outputs = [
            connector.run("check", "--debug", *arguments),
            connector.discover(),
            connector.run(
                "read", "--debug", *arguments, *files, "--state", connector.file("state", bad)
            ),
        ]
        printed = printed_by("estimate", *arguments, "--streams", "lists,coupons")
    held = echo.known
    if echo.place == "token" and kind == "oauth_own_app":
        held = held[:2]  # no access token was ever given to the program
    for text in (*(output.shown for output in outputs), printed):
        assert_hidden(text, held)
    if not echo.place.startswith("next"):  # `check` reads first pages alone
        assert outputs[0].connection["status"] == "FAILED"
    assert outputs[2].failures
    assert echo.place == "token" or echo.sent


def printed_by(*arguments: str) -> bytes:
    """Return what a command prints, without the configuration that goes back to the platform."""
    out, errors = in_this_process(*arguments)
    return Output(0, out.encode(), errors.encode()).shown


@few
@given(echoes)
def test_signing_in_shows_no_secret_that_was_repeated_to_it(echo: Echo) -> None:
    pages: list[bytes] = []

    def visit(address: str) -> bool:
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        back = {"state": query["state"], "code": echo.known[2]}

        def come_back() -> None:
            pages.append(requests.get(query["redirect_uri"], params=back, timeout=30).content)

        threading.Thread(target=come_back).start()
        return True

    with (
        pytest.MonkeyPatch.context() as patch,
        host(echo) as front,
        tempfile.TemporaryDirectory() as folder,
    ):
        patch.setattr(webbrowser, "open", visit)
        patch.setitem(os.environ, "KLAVIYO_CLIENT_SECRET", echo.known[0])
        port = closed().rpartition(":")[2]
        file = Path(folder) / "credentials.json"
        printed = printed_by(
            "login",
            *("--client-id", "app", "--port", port, "--api-base-url", front.url),
            *("--scopes", "lists:read", "--output", str(file)),
        )
        written: Any = json.loads(file.read_text()) if file.exists() else None
    assert pages
    held = echo.known
    if echo.place == "token":
        assert written is None
        held = [held[0], held[2]]  # no refresh token was ever given to the program
    else:
        assert written["credentials"]["refresh_token"] == echo.known[1]
    assert_hidden(printed + b"".join(pages), held)
