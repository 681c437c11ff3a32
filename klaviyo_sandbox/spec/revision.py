"""Everything that one revision offers."""

from collections.abc import Mapping
from dataclasses import dataclass

from klaviyo_sandbox.spec.endpoint import Endpoint, Relation
from klaviyo_sandbox.spec.report import Report


@dataclass(frozen=True, slots=True)
class Spec:
    """All endpoints of one revision."""

    revision: str
    endpoints: Mapping[str, Endpoint]
    reports: Mapping[str, Report]
    relations: Mapping[str, Mapping[str, Relation]]
    """Per resource type, every relationship that any endpoint shows."""
    searchable: Mapping[str, Mapping[str, str]]
    """The kind of value of each field that any endpoint filters or sorts by, per resource type."""
    optional: Mapping[str, frozenset[str]]
    """Per resource type, the attributes that not every answer shows: those behind
    `additional-fields`, and those of the resource itself that its collection leaves out."""
    types_of_collections: Mapping[str, str]
    """`{"campaigns": "campaign", …}` from first path segment to resource type."""
