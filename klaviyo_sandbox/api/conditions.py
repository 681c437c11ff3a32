"""Filter conditions as tests on rows."""

from collections.abc import Callable, Collection

from klaviyo_sandbox.api.filter_text import Condition, Date, Single
from klaviyo_sandbox.store.row import Row, Scalar, Value

Test = Callable[[Row], bool]


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
    literal = condition.literal
    wanted = (
        [comparable(value) for value in literal]
        if isinstance(literal, tuple)
        else [comparable(literal)]
    )
    compare = _COMPARISONS[condition.operator]
    return lambda row: any(compare(value, wanted) for value in _each(row.value(field)))


def _each(value: Value) -> Collection[Scalar]:
    if isinstance(value, str | int | float) or value is None:
        return (value,)
    return value


def _within(value: Scalar, wanted: list[Scalar]) -> bool:
    return value in wanted


def _text(test: Callable[[str, str], bool]) -> Callable[[Scalar, list[Scalar]], bool]:
    def compare(value: Scalar, wanted: list[Scalar]) -> bool:
        return isinstance(value, str) and all(
            isinstance(part, str) and test(value, part) for part in wanted
        )

    return compare


def _ordered(test: Callable[[float, float], bool]) -> Callable[[Scalar, list[Scalar]], bool]:
    def compare(value: Scalar, wanted: list[Scalar]) -> bool:
        bound = wanted[0]
        return (
            isinstance(value, int | float) and isinstance(bound, int | float) and test(value, bound)
        )

    return compare


_COMPARISONS: dict[str, Callable[[Scalar, list[Scalar]], bool]] = {
    "equals": _within,
    "any": _within,
    "contains-any": _within,
    "contains-all": _within,
    "contains": _text(lambda value, part: part in value),
    "starts-with": _text(lambda value, part: value.startswith(part)),
    "ends-with": _text(lambda value, part: value.endswith(part)),
    "less-than": _ordered(lambda value, bound: value < bound),
    "less-or-equal": _ordered(lambda value, bound: value <= bound),
    "greater-than": _ordered(lambda value, bound: value > bound),
    "greater-or-equal": _ordered(lambda value, bound: value >= bound),
}
