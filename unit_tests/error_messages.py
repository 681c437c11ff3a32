"""The texts of all errors that the connector raises on purpose, found in its source."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import source_klaviyo

FILLED_IN: Final = "\0"
"""What stands in a text where the code fills something in."""

_ERRORS: Final = frozenset(
    {
        "AirbyteTracedException",
        "ConfigError",
        "CredentialsRefused",
        "Failed",
        "ListingNotWhole",
        "NotFound",
        "PageLost",
        "PageSizeRefused",
        "PageTooLarge",
        "ParameterRefused",
        "ParentGone",
        "PartitionRefused",
        "QuotaSpent",
        "RequestFailed",
        "ScopeMissing",
        "StreamFailed",
        "exit",
        "from_exception",
        "print",
    }
)
"""Errors whose text a user gets to see; that of `ValueError` is part of another."""


@dataclass(frozen=True, order=True)
class Message:
    """A text, and where it is made."""

    place: str
    text: str


@cache
def error_messages() -> tuple[Message, ...]:
    """Return the text of every error that is made, but for those made of another error's."""
    return tuple(_error_messages())


def _error_messages() -> Iterator[Message]:
    root = Path(source_klaviyo.__file__).parent
    for file in sorted(root.rglob("*.py")):
        module = ast.parse(file.read_text(encoding="utf-8"))
        for call in ast.walk(module):
            if isinstance(call, ast.Call) and _name(call.func) in _ERRORS:
                for text in _Texts(module).of(_text_argument(call)):
                    yield Message(f"{file.relative_to(root.parent)}:{call.lineno}", text)


def _text_argument(call: ast.Call) -> ast.expr | None:
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    return named.get("message", call.args[0] if call.args else None)


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


class _Texts:
    """The texts that an expression can have, as far as they stand in its module."""

    def __init__(self, module: ast.Module) -> None:
        self._module = module

    def of(self, node: ast.expr | None) -> list[str]:
        match node:
            case ast.Constant(value=str(text)):
                return [text]
            case ast.JoinedStr(values=values):
                return ["".join(self._part(value) for value in values)]
            case ast.BinOp(left=left, right=right):
                return [f"{one}{other}" for one in self._or(left) for other in self._or(right)]
            case ast.IfExp(body=body, orelse=orelse):
                return [*self.of(body), *self.of(orelse)]
            case ast.Name(id=name):
                return [text for value in self._assigned(name) for text in self.of(value)]
            case ast.Attribute(attr=name):
                return [text for value in self._returned(name) for text in self.of(value)]
            case ast.Call(func=function):
                return [
                    text for value in self._returned(_name(function)) for text in self.of(value)
                ]
            case _:
                return []

    def _or(self, node: ast.expr) -> list[str]:
        return self.of(node) or [FILLED_IN]

    def _part(self, value: ast.expr) -> str:
        match value:
            case ast.Constant(value=text):
                return str(text)
            case ast.FormattedValue(value=ast.Attribute() as attribute):
                return "".join(self.of(attribute)[:1]) or FILLED_IN
            case _:
                return FILLED_IN

    def _assigned(self, name: str) -> Iterator[ast.expr]:
        for node in ast.walk(self._module):
            match node:
                case ast.Assign(targets=[ast.Name(id=found)], value=value) if found == name:
                    yield value

    def _returned(self, name: str) -> Iterator[ast.expr]:
        for node in ast.walk(self._module):
            if isinstance(node, ast.FunctionDef) and node.name == name:
                for inner in ast.walk(node):
                    if isinstance(inner, ast.Return) and inner.value:
                        yield inner.value
