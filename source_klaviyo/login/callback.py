"""The address on this machine to which Klaviyo sends the browser back."""

import threading
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from source_klaviyo.login.outcome import Failed, SignedIn
from source_klaviyo.login.page import page

PATH: Final = "/callback"
_REQUEST_SECONDS: Final = 10.0
_TICK: Final = 0.1

Outcome = SignedIn | Failed


class _Handler(BaseHTTPRequestHandler):
    """Answers to the browser; only the first callback with the right state counts."""

    server: "CallbackServer"
    timeout = _REQUEST_SECONDS

    def do_GET(self) -> None:
        """Answer with the outcome of the sign-in."""
        address = urlsplit(self.path)
        with self.server.one_at_a_time:
            if address.path != PATH or self.server.outcome is not None:
                self.send_error(HTTPStatus.NOT_FOUND)
                return
            outcome = self.server.answered(dict(parse_qsl(address.query)))
            try:
                self._show(outcome)
            finally:
                if isinstance(outcome, SignedIn) or outcome.final:
                    self.server.outcome = outcome

    def _show(self, outcome: Outcome) -> None:
        body = page(outcome).encode()
        failed = isinstance(outcome, Failed)
        self.send_response(HTTPStatus.BAD_REQUEST if failed else HTTPStatus.OK)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Log nothing: the address holds the code."""


class CallbackServer(ThreadingHTTPServer):
    """A server on this machine alone that waits for a callback; `answered` reads its query.

    Browsers open connections without using them: each gets a thread, so that none blocks the
    callback.
    """

    allow_reuse_address = True  # else the port stays taken for a minute after a sign-in
    daemon_threads = True

    def __init__(self, port: int, answered: Callable[[Mapping[str, str]], Outcome]) -> None:
        """Listen on `port`. Raises OSError if the port is taken."""
        super().__init__(("127.0.0.1", port), _Handler)
        self.answered = answered
        self.one_at_a_time = threading.Lock()
        self.outcome: Outcome | None = None

    def wait(self, seconds: float) -> Outcome | None:
        """Return the outcome of the sign-in, None after so many seconds."""
        ends = time.monotonic() + seconds
        while self.outcome is None and (left := ends - time.monotonic()) > 0:
            self.timeout = min(left, _TICK)
            self.handle_request()
        return self.outcome

    def handle_error(self, *_: object) -> None:
        """Go on waiting: a broken connection is no callback."""
