"""Filter conditions as tests on rows."""

import operator
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from klaviyo_sandbox.api.filter_text import Condition, Date, Single
from klaviyo_sandbox.store.row import Row, Scalar, Value

Test = Callable[[Row], bool]
ORDERED: Mapping[str, Callable[[Any, Any], bool]] = {
    "less-than": operator.lt,
    "less-or-equal": operator.le,
    "greater-than": operator.gt,
    "greater-or-equal": operator.ge,
}
_COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    **ORDERED,
    "contains": operator.contains,
    "starts-with": str.startswith,
    "ends-with": str.endswith,
}
"""The operators of one literal; those left want an equal value."""


def comparable(value: Single) -> Scalar:
    """Return a literal as rows hold it: dates in microseconds since 1970."""
    return value.micros if isinstance(value, Date) else value


def test_of(condition: Condition, exists: Callable[[Row, str], bool]) -> Test:
    """Return a test of whether a row meets the condition.

    A row with several values (a profile's suppressions) passes if any value fits. `exists`
    answers `has(relationship)`.
    """
    field = condition.field
    if condition.operator == "has":
        return lambda row: exists(row, field)
    wanted = [comparable(value) for value in condition.values]
    compare = _COMPARISONS.get(condition.operator)
    if compare is None:
        return lambda row: any(value in wanted for value in _each(row.value(field)))
    return lambda row: any(
        value is not None and compare(value, wanted[0]) for value in _each(row.value(field))
    )


def _each(value: Value) -> Sequence[Scalar]:
    return (value,) if isinstance(value, str | int | float | None) else value
