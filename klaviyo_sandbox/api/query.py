"""The query parameters of a request, checked by the rules of the endpoint."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from klaviyo_sandbox.api.check_filter import check_filter
from klaviyo_sandbox.api.errors import ApiError, invalid
from klaviyo_sandbox.api.fieldset import Tree, tree_of
from klaviyo_sandbox.api.filter_text import Condition
from klaviyo_sandbox.spec import Endpoint, wire_type
from klaviyo_sandbox.web.request import CURSOR

_TYPED = re.compile(r"(fields|additional-fields)\[([a-z-]+)\]")
SAME_FIELD_FOR_SORT_AND_DATES = "flow"
"""Flows refuse a date filter on one field together with a sort on another (measured live by a
maintainer of another connector)."""
DATE_FIELDS = frozenset({"created", "updated"})


@dataclass(frozen=True, slots=True)
class Query:
    """The question of a request."""

    conditions: tuple[Condition, ...] = ()
    sort: str | None = None
    descending: bool = False
    size: int | None = None
    """Resources a page; None where everything comes at once."""
    cursor: str | None = None
    include: tuple[str, ...] = ()
    fields: dict[str, Tree] = field(default_factory=dict)
    additional: dict[str, frozenset[str]] = field(default_factory=dict)


def query_of(
    pairs: tuple[tuple[str, str], ...],
    endpoint: Endpoint,
    now: datetime,
    max_page_size: int = 0,
) -> Query:
    """Return the query of a request; pages have at most `max_page_size` rows (0: no limit).

    Raises:
        ApiError: 400 for an unknown parameter, or a value out of bounds.
    """
    given = dict(pairs)
    for name in given:
        if not _known(name, endpoint):
            raise invalid(f"'{name}' is not a valid query parameter for this endpoint.", name)
    if endpoint.filters or endpoint.required_filters:
        conditions = check_filter(given.get("filter"), endpoint, now)
    else:
        conditions = ()
    sort = _sort(given.get("sort"), endpoint, conditions)
    return Query(
        conditions=conditions,
        sort=sort.lstrip("-") if sort else None,
        descending=sort is not None and sort.startswith("-"),
        size=_size(given.get("page[size]"), endpoint, max_page_size),
        cursor=given.get(CURSOR),
        include=_include(given.get("include"), endpoint),
        fields=_fields(given, endpoint),
        additional=_additional(given, endpoint),
    )


def _known(name: str, endpoint: Endpoint) -> bool:
    typed = _TYPED.fullmatch(name)
    if typed:
        lists = endpoint.fields if typed.group(1) == "fields" else endpoint.additional_fields
        return typed.group(2) in lists
    return {
        "filter": bool(endpoint.filters),
        "sort": bool(endpoint.sort),
        "include": bool(endpoint.include),
        "page[size]": endpoint.page_size is not None,
        CURSOR: endpoint.paginated,
    }.get(name, False)


def _sort(text: str | None, endpoint: Endpoint, conditions: tuple[Condition, ...]) -> str | None:
    if text is None:
        return None
    field = text.removeprefix("-")
    if field not in endpoint.sort:
        allowed = ", ".join(endpoint.sort)
        raise invalid(
            f"'{text}' is not a valid sort field for {wire_type(endpoint.type)}. "
            f"Valid fields are {allowed}",
            "sort",
        )
    dated = {condition.field for condition in conditions} & DATE_FIELDS
    if endpoint.type == SAME_FIELD_FOR_SORT_AND_DATES and dated and dated != {field}:
        raise invalid(
            f"The sort field must be the filtered date field: {', '.join(sorted(dated))}", "sort"
        )
    return text


def _size(text: str | None, endpoint: Endpoint, most: int) -> int | None:
    bounds = endpoint.page_size
    if text is None or bounds is None:
        rows = endpoint.page_rows
        return min(rows, most) if rows and most else rows
    low, high = bounds.minimum, min(bounds.maximum, most or bounds.maximum)
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        detail = f"Page size must be an integer between {low} and {high}: {text}"  # recorded
        raise invalid(detail, "page[size]")
    return int(text)


def _include(text: str | None, endpoint: Endpoint) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(text.split(","))) if text else ()
    for name in names:
        if name not in endpoint.include:
            allowed = ", ".join(endpoint.include)
            raise invalid(
                f"'{name}' is not a valid include for {wire_type(endpoint.type)}. "
                f"Valid are {allowed}",
                "include",
            )
    return names


def _fields(given: dict[str, str], endpoint: Endpoint) -> dict[str, Tree]:
    found: dict[str, Tree] = {}
    for kind, known in endpoint.fields.items():
        text = given.get(f"fields[{kind}]")
        if text is None:
            continue
        names = [name for name in text.split(",") if name]
        reachable = known | endpoint.additional_fields.get(kind, frozenset())
        for name in names:
            if name not in reachable and not name.startswith(_open_objects(kind)):
                raise _unknown_field(name, kind, f"fields[{kind}]")
        found[kind] = tree_of(names)
    return found


def _open_objects(kind: str) -> tuple[str, ...]:
    """Prefixes of custom properties, whose names Klaviyo cannot know beforehand."""
    return (
        ("properties.", "event_properties.")
        if kind in ("profile", "event")
        else ("custom_metadata.",)
    )


def _additional(given: dict[str, str], endpoint: Endpoint) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for kind, known in endpoint.additional_fields.items():
        names = [name for name in given.get(f"additional-fields[{kind}]", "").split(",") if name]
        for name in names:
            if name not in known:
                raise _unknown_field(name, kind, f"additional-fields[{kind}]")
        found[kind] = frozenset(names)
    return found


def _unknown_field(name: str, kind: str, parameter: str) -> ApiError:
    return invalid(f"'{name}' is not a valid field for the resource '{kind}'.", parameter)
