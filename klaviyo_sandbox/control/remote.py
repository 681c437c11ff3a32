"""Calls methods of a running sandbox from another process."""

import inspect
import json
import urllib.request
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TypeVar, cast
from urllib.error import HTTPError

import msgspec

T = TypeVar("T")
_TIMEOUT_SECONDS = 120


class ControlError(RuntimeError):
    """A control call was refused; the text says why."""


@dataclass(frozen=True, slots=True)
class Remote:
    """The objects of the sandbox at one URL."""

    url: str

    def part(self, kind: type[T], path: str) -> T:
        """Return a stand-in for the object of class `kind` at a `path` from `State`.

        Each method of the stand-in takes the arguments of the class's method, makes the control
        call, and returns its answer in the type of the method's annotation. A refused call raises
        `ControlError`.

        Example: `Remote(url).part(Changes, "changes").add("profile", 3)`.
        """
        return cast("T", _StandIn(self.url, kind, path))


class _StandIn:
    def __init__(self, url: str, kind: type, path: str) -> None:
        self._url = f"{url}/_sandbox/{path}"
        self._kind = kind

    def __getattr__(self, name: str) -> Callable[..., object]:
        signature = inspect.signature(getattr(self._kind, name), eval_str=True)

        def call(*given: object, **named: object) -> object:
            arguments = signature.bind(self, *given, **named).arguments
            del arguments["self"]
            text = _send(f"{self._url}{name}", arguments)
            return msgspec.json.decode(text, type=signature.return_annotation)

        return call


def _send(url: str, arguments: dict[str, object]) -> bytes:
    # The standard encoder keeps integers beyond 64 bit, which custom properties may hold.
    body = json.dumps(arguments, default=_plain).encode()
    request = urllib.request.Request(url, data=body)  # noqa: S310  # always localhost
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as reply:  # noqa: S310
            text: bytes = reply.read()
            return text
    except HTTPError as error:
        raise ControlError(error.read().decode()) from error


def _plain(value: object) -> object:
    """Return a value in a type of JSON; sets are sorted."""
    return sorted(value) if isinstance(value, AbstractSet) else msgspec.to_builtins(value)
