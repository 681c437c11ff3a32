"""A refresh token goes to the configured host alone, whatever that answers."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from source_klaviyo.errors import CredentialsRefused, RequestFailed
from source_klaviyo.oauth.token_endpoint import OAuthApp

SECRETS = ("s3cret", "rt_secret")


@contextmanager
def token_endpoint(
    status: int, headers: Mapping[str, str], body: bytes, asked: list[str]
) -> Iterator[str]:
    """Yield the address of a host that answers every POST alike."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def refused(url: str) -> str:
    """Return what is said where no token comes."""
    with pytest.raises(RequestFailed) as failed:
        OAuthApp(url, "app", SECRETS[0]).refresh(SECRETS[1])
    for secret in SECRETS:
        assert secret not in str(failed.value)
        assert secret not in repr(failed.value)
    assert failed.value.__cause__ is None
    return str(failed.value)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    at_stranger: list[str] = []
    at_klaviyo: list[str] = []
    token = b'{"access_token":"at_a1b2c3","refresh_token":"rt_a1b2c3","expires_in":3600}'
    with (
        token_endpoint(200, {}, token, at_stranger) as stranger,
        token_endpoint(status, {"Location": f"{stranger}/x"}, b"", at_klaviyo) as klaviyo,
    ):
        refused(klaviyo)
    assert at_klaviyo == ["/oauth/token"]
    assert not at_stranger


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, b'{"error":"rt_secret"}'),
        (503, b"<html>rt_secret</html>"),
        (403, b"<html>rt_secret</html>"),
        (200, b"<html>rt_secret</html>"),
        (200, b"[1]"),
        (200, b'{"refresh_token":"rt"}'),
        (200, b'{"access_token":"at_a1b2c3\\r\\nx: y","refresh_token":"rt_a1b2c3"}'),
        (200, b'{"access_token":"at","refresh_token":"rt_a1b2c3"}'),
        (200, b'{"access_token":7,"refresh_token":"rt"}'),
        (200, b""),
        (200, b'{"access_token":"at_a1b2c3","refresh_token":"rt_a1b2c3","expires_in":[1]}'),
        (200, b'{"access_token":"at_a1b2c3","refresh_token":"rt_a1b2c3","expires_in":1e400}'),
        (200, b'{"access_token":"at_a1b2c3","x":' + b"[" * 9000 + b"]" * 9000 + b"}"),
        (429, b'{"errors":[{"detail":"throttled"}]}'),
    ],
)
def test_what_is_no_token_is_tried_again(status: int, body: bytes) -> None:
    with token_endpoint(status, {}, body, []) as url:
        assert "token endpoint" in refused(url)


def test_a_refusal_in_another_form_is_one_as_well() -> None:
    body = b'{"errors":[{"status":401,"code":"not_authenticated","detail":"No such app."}]}'
    with (
        token_endpoint(401, {}, body, []) as url,
        pytest.raises(CredentialsRefused, match="No such app"),
    ):
        OAuthApp(url, "app", SECRETS[0]).refresh(SECRETS[1])


def test_an_answer_that_tells_little_is_enough() -> None:
    with token_endpoint(200, {}, b'{"access_token":"at_a1b2c3","token_type":"bearer"}', []) as url:
        granted = OAuthApp(url, "app", SECRETS[0]).refresh(SECRETS[1])
    assert (granted.access_token, granted.refresh_token) == ("at_a1b2c3", SECRETS[1])
    assert (granted.lifetime, granted.scopes) == (3600.0, None)


@pytest.mark.parametrize("lifetime", [b"1e300", b"1" + b"0" * 400, b"-7"])
def test_a_lifetime_that_cannot_be_is_as_if_not_told(lifetime: bytes) -> None:
    body = b'{"access_token":"at_a1b2c3","expires_in":%b}' % lifetime
    with token_endpoint(200, {}, body, []) as url:
        assert OAuthApp(url, "app", SECRETS[0]).refresh(SECRETS[1]).lifetime == 3600.0
