"""Filters that Klaviyo documents but does not honour, as recorded against a real account."""

from collections.abc import Sequence

from klaviyo_sandbox.api.errors import ApiError
from klaviyo_sandbox.api.filter_text import Condition
from klaviyo_sandbox.spec import Endpoint

FINDS_NOTHING = frozenset({("metric", "integration.category")})
IGNORED = frozenset({("segment", "is_starred")})
BREAKS = frozenset({("form-version", "form_type", "any")})


def honoured(conditions: Sequence[Condition], endpoint: Endpoint) -> list[Condition]:
    """Return the conditions Klaviyo really applies.

    Raises:
        ApiError: 500, where a documented filter breaks the endpoint.
    """
    for condition in conditions:
        if (endpoint.type, condition.field, condition.operator) in BREAKS:
            raise ApiError(500, "error", "A server error occurred.")
    return [
        condition for condition in conditions if (endpoint.type, condition.field) not in IGNORED
    ]


def finds_nothing(conditions: list[Condition], endpoint: Endpoint) -> bool:
    """Whether some condition makes the answer empty, whatever it asks."""
    return any((endpoint.type, condition.field) in FINDS_NOTHING for condition in conditions)
