"""JSON text with every number as written.

Klaviyo's custom properties hold whatever a shop sent: integers beyond 64 bit, `1.10` with its zero.
A float would lose them, so these numbers travel as raw text.
"""

import json
from collections.abc import Mapping
from typing import Any

import orjson

JsonValue = (
    str | int | float | bool | None | list["JsonValue"] | dict[str, "JsonValue"] | orjson.Fragment
)
JsonObject = dict[str, JsonValue]
Given = Mapping[str, Any]
"""An object in the body of a control call."""

_SMALL = 18
"""Digits that always fit in 64 bit."""


def dump(value: JsonValue) -> bytes:
    """`value` as compact JSON text in UTF-8."""
    # orjson keeps the whole buffer that it wrote into, several times the text: copied, it goes
    return bytes(memoryview(orjson.dumps(value)))


def load_exact(text: bytes) -> JsonValue:
    """Parse `text` so that `dump` gives each number back digit for digit."""
    loaded: JsonValue = json.loads(text, parse_float=_raw, parse_int=_whole)
    return loaded


def load_object(text: bytes) -> JsonObject:
    """Parse `text`, which holds an object (or nothing), as `load_exact` does."""
    loaded = load_exact(text) if text else {}
    return loaded if isinstance(loaded, dict) else {}


def _raw(digits: str) -> orjson.Fragment:
    return orjson.Fragment(digits)


def _whole(digits: str) -> int | orjson.Fragment:
    return int(digits) if len(digits) <= _SMALL else orjson.Fragment(digits)
