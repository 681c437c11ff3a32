"""Klaviyo's specification of the read API, endpoint by endpoint, as data."""

from klaviyo_sandbox.spec.endpoint import Endpoint, FilterRule, PageSize, Reduced, Relation
from klaviyo_sandbox.spec.load import NEWEST, REVISION, REVISIONS, load_spec
from klaviyo_sandbox.spec.remodelled import REMODELLED, USED_TEMPLATE, wire_type
from klaviyo_sandbox.spec.report import Report
from klaviyo_sandbox.spec.revision import Spec

__all__ = [
    "NEWEST",
    "REMODELLED",
    "REVISION",
    "REVISIONS",
    "USED_TEMPLATE",
    "Endpoint",
    "FilterRule",
    "PageSize",
    "Reduced",
    "Relation",
    "Report",
    "Spec",
    "load_spec",
    "wire_type",
]
