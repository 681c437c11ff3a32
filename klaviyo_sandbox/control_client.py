"""Sends control calls to a running sandbox."""

import json
import urllib.request
from collections.abc import Mapping
from typing import TypeVar
from urllib.error import HTTPError
from urllib.parse import urlencode

import msgspec

T = TypeVar("T")
_TIMEOUT_SECONDS = 120


class ControlError(RuntimeError):
    """A control call was refused; the text says why."""


class ControlClient:
    """The control calls of the sandbox at one URL."""

    def __init__(self, url: str) -> None:
        """Call the sandbox at `url`."""
        self._url = url

    def ask(self, kind: type[T], name: str, query: Mapping[str, str] | None = None) -> T:
        """Return the answer to a call that changes nothing, as a `kind`.

        Raises:
            ControlError: the sandbox refused.
        """
        path = f"{name}?{urlencode(query)}" if query else name
        return msgspec.json.decode(self._send(path, None), type=kind)

    def tell(self, kind: type[T], name: str, body: Mapping[str, object]) -> T:
        """Make a call with a body; return its answer as a `kind`.

        Raises:
            ControlError: the sandbox refused.
        """
        return msgspec.json.decode(self._send(name, json.dumps(body).encode()), type=kind)

    def send(self, name: str, body: Mapping[str, object]) -> bytes:
        """Make a call with a body; return the answer's text.

        Raises:
            ControlError: the sandbox refused.
        """
        return self._send(name, json.dumps(body).encode())

    def _send(self, path: str, data: bytes | None) -> bytes:
        url = f"{self._url}/_sandbox/{path}"
        request = urllib.request.Request(url, data=data)  # noqa: S310  # always localhost
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as reply:  # noqa: S310
                text: bytes = reply.read()
                return text
        except HTTPError as error:
            raise ControlError(error.read().decode()) from error
