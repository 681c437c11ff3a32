"""The check of a filter against the rules of its endpoint."""

from datetime import datetime

from klaviyo_sandbox.api.errors import ApiError, invalid
from klaviyo_sandbox.api.filter_text import (
    Condition,
    Date,
    FilterSyntaxError,
    Single,
    parse_filter,
)
from klaviyo_sandbox.spec import Endpoint, FilterRule, wire_type
from klaviyo_sandbox.store.moment import MICROS

PAST_ONLY = frozenset(
    {"created", "created_at", "updated", "updated_at", "datetime", "timestamp", "joined_group_at"}
)
"""Fields of the past: Klaviyo refuses a bound at or after now (docs/klaviyo-api.md)."""

SINGLE_OR_LIST = frozenset({"equals"})
"""The specification lists `equals` under lists for fields that are plainly asked for one value."""


def check_filter(text: str | None, endpoint: Endpoint, now: datetime) -> tuple[Condition, ...]:
    """Return the conditions of the `filter` parameter, each allowed by the endpoint.

    Raises:
        ApiError: 400 in Klaviyo's words.
    """
    try:
        conditions = tuple(parse_filter(text)) if text else ()
    except FilterSyntaxError as error:
        raise invalid(
            "Invalid filter provided. The filter could not be parsed.", "filter"
        ) from error
    for condition in conditions:
        _check(condition, endpoint, now)
    _check_required(conditions, endpoint)
    return conditions


def _check(condition: Condition, endpoint: Endpoint, now: datetime) -> None:
    field = condition.field
    rule = endpoint.filters.get(field)
    if rule is None:
        allowed = ", ".join(sorted(endpoint.filters)) or "none"
        detail = (
            f"'{field}' is not a filterable field for the resource '{wire_type(endpoint.type)}'. "
            f"Filterable fields: {allowed}"
        )
        raise invalid(detail, "filter")
    shape = (
        "none"
        if condition.operator == "has"
        else "list"
        if isinstance(condition.literal, tuple)
        else "single"
    )
    if condition.operator not in rule.all_operators:
        allowed = ", ".join(rule.all_operators)
        detail = (
            f"'{condition.operator}' is not an allowed filter operator for {field}.  "
            f"Allowed operators are {allowed}"
        )
        raise invalid(detail, "filter")
    allowed_here = rule.operators.get(shape, frozenset()) | SINGLE_OR_LIST
    if condition.operator not in allowed_here:
        raise invalid(f"Invalid filter value provided for {field}.", "filter")
    for value in condition.values if shape != "none" else ():
        _check_value(value, rule, field)
        _check_past(value, field, now)


def _check_value(value: Single, rule: FilterRule, field: str) -> None:
    fits = {
        "string": isinstance(value, str),
        "boolean": isinstance(value, bool),
        "date-time": isinstance(value, Date),
        "number": isinstance(value, int | float) and not isinstance(value, bool),
        "integer": isinstance(value, int) and not isinstance(value, bool),
    }[rule.value]
    if not fits:
        raise invalid(f"Invalid filter provided. {field} takes a {rule.value} literal.", "filter")
    if rule.enum and value not in rule.enum:
        allowed = ", ".join(sorted(rule.enum))
        raise invalid(
            f"'{value}' is not a valid value for {field}. Valid values are {allowed}", "filter"
        )


def _check_past(value: Single, field: str, now: datetime) -> None:
    if field not in PAST_ONLY:
        return
    seconds = value.micros / MICROS if isinstance(value, Date) else value
    if isinstance(seconds, int | float) and seconds >= now.timestamp():
        shown = value.text if isinstance(value, Date) else value
        raise ApiError(400, "invalid", f"End date may not be in the future: {shown}", pointer=field)


def _check_required(conditions: tuple[Condition, ...], endpoint: Endpoint) -> None:
    asked = {condition.field for condition in conditions}
    required = endpoint.required_filters
    missing = [names for names in required.get("all_of", []) if not asked.intersection(names)]
    alternatives = required.get("one_of", [])
    if alternatives and not any(asked.issuperset(names) for names in alternatives):
        missing += alternatives
    if missing:
        fields = " or ".join(name for names in missing for name in names)
        raise invalid(
            f"A filter on {fields} is required to list {wire_type(endpoint.type)} resources.",
            "filter",
        )
