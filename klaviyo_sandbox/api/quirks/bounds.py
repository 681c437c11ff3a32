"""Bounds on a moment that Klaviyo takes otherwise than it documents."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from klaviyo_sandbox.api.filter_text import Condition
from klaviyo_sandbox.api.narrow import BOUNDS
from klaviyo_sandbox.quirks import Quirks

_MEANT: Mapping[str, Mapping[str, str]] = {
    "as_documented": {},
    "open": {each: each.replace("or-equal", "than") for each in BOUNDS},
    "closed": {each: each.replace("than", "or-equal") for each in BOUNDS},
}


def as_taken(conditions: Iterable[Condition], quirks: Quirks) -> list[Condition]:
    """Return the conditions as the quirks have them taken."""
    meant = _MEANT[quirks.bounds]
    return [replace(each, operator=meant.get(each.operator, each.operator)) for each in conditions]
