"""Integers beyond 64 bits, which PyAirbyte cannot bring into PostgreSQL."""

from typing import Final

from klaviyo_sandbox import Sandbox

FREE: Final = {
    "event": "event_properties",
    "profile": "properties",
    "object-record": "record_properties",
}
"""Attributes that hold whatever an account puts into them."""
LARGE: Final = 2**63


def leave_out_large_numbers(shop: Sandbox) -> None:
    """Empty what holds integers beyond 64 bits: PyAirbyte's PostgreSQL cache fails at them.

    It parses with pandas: `ValueError: Value is too big!` Its DuckDB cache takes them.
    """
    for kind, name in FREE.items():
        found = {row["id"]: row["attributes"][name] for row in shop.documents(kind)}
        large = [row for row, properties in found.items() if _is_large(properties)]
        if large:
            shop.update(kind, large, {name: {}})


def _is_large(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_is_large, value.values()))
    if isinstance(value, list):
        return any(map(_is_large, value))
    return isinstance(value, int) and abs(value) >= LARGE
