"""The grammar of `filter=`: `op(field,literal)`, joined by commas or `and(…)`.

Source: Klaviyo's guide to filtering. There is no `or` and no `not`.
"""

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from klaviyo_sandbox.store.moment import micros

OPERATORS = frozenset(
    {
        "equals",
        "less-than",
        "less-or-equal",
        "greater-than",
        "greater-or-equal",
        "contains",
        "contains-any",
        "contains-all",
        "starts-with",
        "ends-with",
        "any",
        "has",
    }
)
_NAME = re.compile(r"[A-Za-z_$][\w$.\-]*")
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ].*)?")
_TOKEN = re.compile(
    r"""\s*(?:(?P<sign>[(),\[\]])"""
    r"""|"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>(?:[^'\\]|\\.)*)'"""
    r"""|(?P<word>[^,()\[\]"']+))""",
    re.DOTALL,
)
_ESCAPED = {"double": re.compile(r'\\(["\\])'), "single": re.compile(r"\\(['\\])")}
_WORDS = {"true": True, "false": False, "null": None}


class FilterSyntaxError(ValueError):
    """The text is not a filter."""


@dataclass(frozen=True, slots=True)
class Date:
    """A datetime literal; Klaviyo wants it unquoted."""

    text: str

    @property
    def micros(self) -> int:
        """The instant, in microseconds since 1970."""
        return micros(self.text)


Single = str | int | float | bool | Date | None
Literal = Single | tuple[Single, ...]


@dataclass(frozen=True, slots=True)
class Condition:
    """One `op(field,literal)`; `has(field)` has no literal."""

    operator: str
    field: str
    literal: Literal = None

    @property
    def values(self) -> tuple[Single, ...]:
        """The literal's values: one, unless it is a list."""
        return self.literal if isinstance(self.literal, tuple) else (self.literal,)


class _Reader:
    """Walks through the signs, texts and words of a filter once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = deque(self._split(text.strip()))

    def _split(self, text: str) -> Iterator[tuple[str, str]]:
        at = 0
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:
                raise FilterSyntaxError(self._text)
            at, kind = match.end(), str(match.lastgroup)
            value = match[kind]
            if kind in _ESCAPED:
                yield "text", _ESCAPED[kind].sub(r"\1", value)
            else:
                yield (value, value) if kind == "sign" else (kind, value.strip())

    def next(self) -> str:
        """Return the kind of the next token: a sign, `text`, `word`, or empty at the end."""
        return self._tokens[0][0] if self._tokens else ""

    def take(self, kind: str) -> str:
        if self.next() != kind:
            raise FilterSyntaxError(self._text)
        return self._tokens.popleft()[1]

    def name(self) -> str:
        word = self.take("word")
        if not _NAME.fullmatch(word):
            raise FilterSyntaxError(self._text)
        return word

    def conditions(self) -> list[Condition]:
        found = self.condition()
        while self.next() == ",":
            self.take(",")
            found += self.condition()
        return found

    def condition(self) -> list[Condition]:
        operator = self.name()
        self.take("(")
        if operator == "and":
            found = self.conditions()
        elif operator == "has":
            found = [Condition(operator, self.name())]
        elif operator in OPERATORS:
            field = self.name()
            self.take(",")
            found = [Condition(operator, field, self.literal())]
        else:
            raise FilterSyntaxError(self._text)
        self.take(")")
        return found

    def literal(self) -> Literal:
        if self.next() != "[":
            return self.single()
        self.take("[")
        values: list[Single] = []
        while self.next() != "]":
            if values:
                self.take(",")
            values.append(self.single())
        self.take("]")
        return tuple(values)

    def single(self) -> Single:
        if self.next() == "text":
            return self.take("text")
        word = self.take("word")
        if word in _WORDS:
            return _WORDS[word]
        if _NUMBER.fullmatch(word):
            return int(word) if word.lstrip("-").isdigit() else float(word)
        if not _DATE.fullmatch(word):
            raise FilterSyntaxError(self._text)
        try:
            micros(word)
        except ValueError as error:
            raise FilterSyntaxError(self._text) from error
        return Date(word)


def parse_filter(text: str) -> list[Condition]:
    """Return the conditions in `text`; a row has to meet all of them.

    Raises:
        FilterSyntaxError: the text is not a filter.
    """
    reader = _Reader(text)
    found = reader.conditions()
    if reader.next():
        raise FilterSyntaxError(text)
    return found
