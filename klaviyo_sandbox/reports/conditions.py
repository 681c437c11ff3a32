"""The filters of reports."""

from collections.abc import Mapping, Sequence

from klaviyo_sandbox.api.errors import ApiError
from klaviyo_sandbox.api.filter_text import Condition, FilterSyntaxError, parse_filter
from klaviyo_sandbox.spec import Report
from klaviyo_sandbox.store.json_text import JsonValue

POINTER = "/data/attributes/filter"


def conditions_of(text: object, report: Report) -> list[Condition]:
    """Return the conditions of a report's filter.

    Raises:
        ApiError: 400, it is no filter, or not one for this report.
    """
    if text is None:
        return []
    try:
        found = parse_filter(str(text))
    except FilterSyntaxError as error:
        raise _refused(f"Invalid filter: {text}") from error
    fields = [condition.field for condition in found]
    if len(set(fields)) < len(fields):
        raise _refused("Only one filter can be used per attribute.")
    for condition in found:
        _check(condition, report)
    return found


def _refused(detail: str) -> ApiError:
    return ApiError(400, "invalid", detail, pointer=POINTER)


def _check(condition: Condition, report: Report) -> None:
    operators = report.filters.get(condition.field)
    if operators is None:
        raise _refused(f"'{condition.field}' is not a valid filter of {report.type}.")
    if condition.operator not in operators:
        allowed = ", ".join(sorted(operators))
        raise _refused(f"'{condition.field}' can be filtered with {allowed}.")
    listed = isinstance(condition.literal, tuple)
    if listed == (condition.operator == "equals"):
        raise _refused(f"'{condition.operator}' takes {'one value' if listed else 'a list'}.")
    values = _values(condition)
    if not all(isinstance(value, str) for value in values):
        raise _refused("Values of filters must be quoted.")
    if len(values) > report.filter_values:
        raise _refused(f"At most {report.filter_values} values can be filtered on.")
    if condition.field == "send_channel" and not report.channels.issuperset(values):
        raise _refused(f"send_channel must be one of {', '.join(sorted(report.channels))}.")


def _values(condition: Condition) -> list[str]:
    literal = condition.literal if isinstance(condition.literal, tuple) else (condition.literal,)
    return [value if isinstance(value, str) else "" for value in literal]


def matches(groupings: Mapping[str, JsonValue], conditions: Sequence[Condition]) -> bool:
    """Whether a row with these groupings meets all `conditions`."""
    for condition in conditions:
        held = groupings.get(condition.field)
        held = held if isinstance(held, list) else [held]
        wanted = _values(condition)
        if condition.operator == "contains-all":
            if not all(value in held for value in wanted):
                return False
        elif not any(value in held for value in wanted):
            return False
    return True
