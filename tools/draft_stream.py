"""Print the class of a new stream, as Klaviyo's specification has its endpoint.

Usage: `python -m tools.draft_stream web-feeds`. The docstring is left to you.
"""

import sys
from collections.abc import Iterator, Mapping
from typing import Final

from klaviyo_sandbox.spec import NEWEST, REVISION, Endpoint, load_spec
from source_klaviyo.api.filters import Bound
from source_klaviyo.api.quotas import limits
from source_klaviyo.api.quotas.limits import Limit

CHANGES: Final = ("updated", "updated_at", "datetime", "timestamp", "joined_group_at")
"""Attributes that tell when a row has come or changed. `created` is none: it would miss updates."""

_TIERS: Final[Mapping[Limit, str]] = {
    tier: name for name, tier in vars(limits).items() if isinstance(tier, Limit)
}


def endpoint_at(path: str) -> Endpoint:
    """Return the endpoint at `path` under `/api/`. Raises LookupError."""
    for revision in (REVISION, NEWEST):
        if found := load_spec(revision).endpoints.get(f"/api/{path}"):
            return found
    raise LookupError(
        f"GET /api/{path} is in no file of klaviyo_sandbox/spec. A path is written as there:"
        " without /api/, with {id} for the parent's id."
    )


def cursor_of(endpoint: Endpoint) -> tuple[str | None, bool]:
    """Return the attribute that can be the cursor, and whether it can be filtered from below."""
    for name in CHANGES:
        rule = endpoint.filters.get(name)
        bounds = set(rule.all_operators) if rule else set()
        if bounds & {Bound.GREATER_OR_EQUAL, Bound.GREATER_THAN}:
            return name, True
    return next((name for name in CHANGES if name in endpoint.sort), None), False


def draft(path: str) -> str:
    """Return the source of a class for the endpoint at `path`. Raises LookupError."""
    endpoint = endpoint_at(path)
    cursor, filtered = cursor_of(endpoint)
    base = "KlaviyoStream"
    if cursor:
        base = "WindowedStream" if filtered else "NewestFirstStream"
    name = "".join(word.capitalize() for word in path.replace("/{id}/", "-").split("-"))
    lines = [f"class {name}({base}):", '    """What a row is, in the words of users."""', ""]
    return "\n".join([*lines, *(f"    {line}" for line in _attributes(endpoint, path))])


def _attributes(endpoint: Endpoint, path: str) -> Iterator[str]:
    yield f'endpoint = "{path}"'
    yield f"scopes = {endpoint.scopes!r}".replace("'", '"')
    limit = Limit(endpoint.windows[1], endpoint.windows[60])
    yield f"limit = {_TIERS.get(limit, limit)}"
    size = endpoint.page_size
    if size and size.minimum < size.maximum:
        yield f"page_size = {size.maximum}"
    cursor, filtered = cursor_of(endpoint)
    if not cursor:
        return
    yield f'cursor_attribute = "{cursor}"'
    if filtered:
        operators = endpoint.filters[cursor].all_operators
        if Bound.GREATER_THAN not in operators:
            yield "lower = Bound.GREATER_OR_EQUAL"
        if Bound.LESS_THAN not in operators:
            yield "upper = False"
        if cursor not in endpoint.sort:
            yield "ordered = sortable = False"


def main() -> None:
    """Print the draft of each path that is named."""
    if not sys.argv[1:]:
        sys.exit(__doc__)
    try:
        print("\n\n\n".join(draft(path) for path in sys.argv[1:]))
    except LookupError as unknown:
        sys.exit(str(unknown))


if __name__ == "__main__":
    main()
