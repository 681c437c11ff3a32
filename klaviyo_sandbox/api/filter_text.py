"""The grammar of `filter=`: `op(field,literal)`, joined by commas or `and(…)`.

Source: Klaviyo's guide to filtering. There is no `or` and no `not`.
"""

import re
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
_BARE = re.compile(r"[^,()\[\]\"']+")
_NUMBER = re.compile(r"-?\d+(\.\d+)?([eE][+-]?\d+)?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}([T ].*)?")
_SPACE = re.compile(r"\s*")
WORDS = {"true": True, "false": False, "null": None}


class FilterSyntaxError(ValueError):
    """The text is not a filter."""


@dataclass(frozen=True, slots=True)
class Date:
    """A datetime literal, which Klaviyo wants unquoted."""

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


class _Reader:
    """Walks through the text once."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def skip(self) -> None:
        match = _SPACE.match(self.text, self.at)
        self.at = match.end() if match else self.at

    def peek(self) -> str:
        self.skip()
        return self.text[self.at : self.at + 1]

    def take(self, pattern: re.Pattern[str]) -> str:
        self.skip()
        match = pattern.match(self.text, self.at)
        if match is None:
            raise FilterSyntaxError(self.text)
        self.at = match.end()
        return match.group()

    def expect(self, character: str) -> None:
        if self.peek() != character:
            raise FilterSyntaxError(self.text)
        self.at += 1

    def conditions(self) -> list[Condition]:
        found = self.condition()
        while self.peek() == ",":
            self.at += 1
            found += self.condition()
        return found

    def condition(self) -> list[Condition]:
        operator = self.take(_NAME)
        self.expect("(")
        if operator == "and":
            found = self.conditions()
            self.expect(")")
            return found
        if operator not in OPERATORS:
            raise FilterSyntaxError(self.text)
        field = self.take(_NAME)
        literal: Literal = None
        if operator != "has":
            self.expect(",")
            literal = self.literal()
        self.expect(")")
        return [Condition(operator, field, literal)]

    def literal(self) -> Literal:
        if self.peek() != "[":
            return self.single()
        self.at += 1
        values: list[Single] = []
        while self.peek() != "]":
            if values:
                self.expect(",")
            values.append(self.single())
        self.at += 1
        return tuple(values)

    def single(self) -> Single:
        mark = self.peek()
        if mark and mark in "\"'":
            return self.quoted(mark)
        return _bare(self.take(_BARE).strip(), self.text)

    def quoted(self, mark: str) -> str:
        self.at += 1
        pieces: list[str] = []
        while True:
            character = self.text[self.at : self.at + 1]
            if not character:
                raise FilterSyntaxError(self.text)
            if character == "\\" and self.text[self.at + 1 : self.at + 2] in (mark, "\\"):
                self.at += 1
                character = self.text[self.at]
            elif character == mark:
                self.at += 1
                return "".join(pieces)
            pieces.append(character)
            self.at += 1


def _bare(word: str, text: str) -> Single:
    if word in WORDS:
        return WORDS[word]
    if _DATE.fullmatch(word):
        date = Date(word)
        try:
            _ = date.micros
        except ValueError as error:
            raise FilterSyntaxError(text) from error
        return date
    if _NUMBER.fullmatch(word):
        return int(word) if word.lstrip("-").isdigit() else float(word)
    raise FilterSyntaxError(text)


def parse_filter(text: str) -> list[Condition]:
    """Return the conditions in `text`, all of which must hold.

    Raises:
        FilterSyntaxError: the text is not a filter.
    """
    reader = _Reader(text)
    found = reader.conditions()
    if reader.peek():
        raise FilterSyntaxError(text)
    return found
