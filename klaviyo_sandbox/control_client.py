"""Sends control calls to a running sandbox."""

import dataclasses
import json
import urllib.request
from dataclasses import dataclass
from typing import TypeVar
from urllib.error import HTTPError

import msgspec

T = TypeVar("T")
_TIMEOUT_SECONDS = 120


class ControlError(RuntimeError):
    """A control call was refused; the text says why."""


@dataclass(frozen=True, slots=True)
class ControlClient:
    """The control calls of the sandbox at one URL."""

    url: str

    def ask(self, kind: type[T], name: str, /, **arguments: object) -> T:
        """Make the call `name` with named arguments; return its answer as a `kind`.

        Raises:
            ControlError: the sandbox refused.
        """
        return msgspec.json.decode(self.send(name, **arguments), type=kind)

    def send(self, name: str, /, **arguments: object) -> bytes:
        """Make the call `name` with named arguments; return the answer's text.

        Raises:
            ControlError: the sandbox refused.
        """
        body = json.dumps(arguments, default=_plain).encode()
        url = f"{self.url}/_sandbox/{name}"
        request = urllib.request.Request(url, data=body)  # noqa: S310  # always localhost
        try:
            with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as reply:  # noqa: S310
                text: bytes = reply.read()
                return text
        except HTTPError as error:
            raise ControlError(error.read().decode()) from error


def _plain(value: object) -> object:
    """Return a value in a type of JSON."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(value)
