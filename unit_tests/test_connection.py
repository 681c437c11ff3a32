"""Sessions follow nothing, do not even look where an answer leads, and wait for no slow one."""

import socket
import threading
import time
from contextlib import suppress

import pytest
import requests_mock
import urllib3

from source_klaviyo.api import connection
from source_klaviyo.api.auth import ApiKey

URL = "https://a.klaviyo.com/api/lists"


@pytest.mark.parametrize("location", ["http://[::1", "ÿþ", "https://example.com/", "//"])
def test_where_a_redirect_leads_does_not_matter(location: str) -> None:
    with requests_mock.Mocker() as klaviyo:
        klaviyo.get(URL, status_code=302, headers={"Location": location})
        session = connection.session("https://a.klaviyo.com", ApiKey("pk"))
        assert session.get(URL, allow_redirects=False).is_redirect
        assert session.get(URL).is_redirect
        assert klaviyo.call_count == 2


@pytest.mark.parametrize("proxied", [False, True])
def test_an_answer_that_trickles_is_given_up(
    proxied: bool,  # noqa: FBT001
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(connection, "ANSWER_TIMEOUT", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        threading.Thread(target=_trickle, args=(server,), daemon=True).start()
        if proxied:
            monkeypatch.setenv("http_proxy", address)
        base = "http://klaviyo.test" if proxied else address
        with (
            connection.session(base, ApiKey("pk")) as session,
            session.get(base, timeout=connection.TIMEOUTS, stream=True) as answer,
            pytest.raises(urllib3.exceptions.ReadTimeoutError),
        ):
            answer.raw.read(1_000)


def _trickle(server: socket.socket) -> None:
    """Answer a request with a byte in a tenth of a second, for as long as anybody listens."""
    caller, _ = server.accept()
    with caller, suppress(OSError):
        caller.recv(65_536)
        caller.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        while True:
            caller.sendall(b" ")
            time.sleep(0.1)
