"""Connections with a time limit for the whole answer, not only for each wait for a byte."""

import http.client
import io
import socket
import time
from typing import Any, Final

import requests
from requests.adapters import HTTPAdapter
from urllib3 import ProxyManager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

TIMEOUTS: Final = (10.0, 60.0)
"""Seconds to connect, and seconds without a byte; Klaviyo's slow pages stay well below."""

ANSWER_TIMEOUT: Final = 300.0
"""Seconds for a whole answer, so that a trickling answer cannot hold a worker for ever."""


class _TimedSocket(io.RawIOBase):
    """The bytes that a socket receives until a deadline."""

    def __init__(self, received: socket.SocketIO, sock: socket.socket, seconds: float) -> None:
        super().__init__()
        self._received = received
        self._sock = sock
        self._deadline = time.monotonic() + seconds
        self._patience = sock.gettimeout()

    def readable(self) -> bool:
        """Return True: there is something to read."""
        return True

    def readinto(self, buffer: Any) -> int | None:  # noqa: ANN401  typeshed's Buffer is 3.12's
        """Read the bytes at hand; TimeoutError when the deadline has passed."""
        left = self._deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("the answer took too long")
        if self._patience is not None and left < self._patience:
            self._sock.settimeout(left)
        return self._received.readinto(buffer)

    def close(self) -> None:
        """Close the socket's file."""
        self._received.close()
        super().close()


class _TimedResponse(http.client.HTTPResponse):
    """An answer limited to ANSWER_TIMEOUT: status line, headers and body together."""

    def __init__(self, sock: socket.socket, *arguments: Any, **options: Any) -> None:  # noqa: ANN401  the standard library's own
        super().__init__(sock, *arguments, **options)
        # HTTPResponse's own file is closed first: each open file keeps the socket alive.
        self.fp.close()
        received = sock.makefile("rb", buffering=0)
        assert isinstance(received, socket.SocketIO)  # noqa: S101  always so with buffering=0
        self.fp = io.BufferedReader(_TimedSocket(received, sock, ANSWER_TIMEOUT))


class _Http(HTTPConnection):
    response_class = _TimedResponse


class _Https(HTTPSConnection):
    response_class = _TimedResponse


class _HttpPool(HTTPConnectionPool):
    ConnectionCls = _Http


class _HttpsPool(HTTPSConnectionPool):
    ConnectionCls = _Https


_POOLS: Final = {"http": _HttpPool, "https": _HttpsPool}


class TimedAdapter(HTTPAdapter):
    """The adapter that gives a session connections with a time limit."""

    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:  # noqa: ANN401  as in requests
        """Make pools of timed connections."""
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = _POOLS

    def proxy_manager_for(self, proxy: str, **options: Any) -> ProxyManager:  # noqa: ANN401  as in requests
        """Make pools of timed connections through a proxy; those of SOCKS are a library's own."""
        made: ProxyManager = super().proxy_manager_for(proxy, **options)
        if not proxy.lower().startswith("socks"):
            made.pool_classes_by_scheme = _POOLS
        return made


class _Session(requests.Session):
    def get_redirect_target(self, resp: requests.Response) -> None:
        """Return None: requests would parse a redirect's target even without following."""


def session(base_url: str, auth: requests.auth.AuthBase) -> requests.Session:
    """Return a session of signed requests to `base_url`, for one thread."""
    made = _Session()
    made.auth = auth
    for scheme in ("http://", "https://"):
        made.mount(scheme, TimedAdapter())
    # The environment's proxies and certificates, looked up once instead of for each request.
    found = made.merge_environment_settings(
        base_url, proxies={}, stream=True, verify=None, cert=None
    )
    made.proxies, made.verify = found["proxies"], found["verify"]
    made.trust_env = False
    return made
