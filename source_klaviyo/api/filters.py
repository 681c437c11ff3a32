"""Klaviyo's filter expressions: `and(greater-than(datetime,2026-01-01T00:00:00Z),...)`."""

from datetime import UTC, datetime
from enum import StrEnum


class Bound(StrEnum):
    """The operators that bound a datetime. Collections differ in the operators of a field."""

    GREATER_THAN = "greater-than"
    GREATER_OR_EQUAL = "greater-or-equal"
    LESS_THAN = "less-than"


def instant(second: int) -> str:
    """Return the filter literal of a second since 1970; datetimes are never quoted.

    >>> instant(0)
    '1970-01-01T00:00:00Z'
    """
    return datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def equals(field: str, value: str | bool) -> str:  # noqa: FBT001  a literal of the grammar
    """Return the expression that `field` has `value`.

    >>> equals("archived", True), equals("coupon.id", "SPRING")
    ('equals(archived,true)', 'equals(coupon.id,"SPRING")')
    """
    if isinstance(value, bool):
        return f"equals({field},{str(value).lower()})"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'equals({field},"{escaped}")'


def from_second(field: str, operator: Bound, second: int) -> str:
    """Return the expression that `field` is at `second` or later.

    The bound names the second before, the API's resolution. So the second itself is included,
    whether Klaviyo takes the bound for inclusive or not.

    >>> from_second("updated", Bound.GREATER_THAN, 1)
    'greater-than(updated,1970-01-01T00:00:00Z)'
    """
    return f"{operator}({field},{instant(second - 1)})"


def before_second(field: str, second: int) -> str:
    """Return the expression that `field` is before `second`."""
    return f"{Bound.LESS_THAN}({field},{instant(second)})"


def join(expressions: list[str]) -> str | None:
    """Return the conjunction of `expressions`, None without any.

    The grammar has no `or`; a comma at the top level is the short form of `and(...)`.
    """
    return ",".join(expressions) or None
