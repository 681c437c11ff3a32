"""What Klaviyo's read API offers, endpoint by endpoint, as data."""

from klaviyo_sandbox.spec.endpoint import Endpoint, FilterRule, PageSize, Reduced, Relation, Spec
from klaviyo_sandbox.spec.load import NEWEST, REVISION, REVISIONS, load_spec
from klaviyo_sandbox.spec.remodelled import REMODELLED, wire_type

__all__ = [
    "NEWEST",
    "REMODELLED",
    "REVISION",
    "REVISIONS",
    "Endpoint",
    "FilterRule",
    "PageSize",
    "Reduced",
    "Relation",
    "Spec",
    "load_spec",
    "wire_type",
]
