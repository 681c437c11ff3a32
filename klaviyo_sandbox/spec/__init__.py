"""What Klaviyo's read API offers, endpoint by endpoint, as data."""

from klaviyo_sandbox.spec.endpoint import Endpoint, FilterRule, PageSize, Reduced, Relation, Spec
from klaviyo_sandbox.spec.load import load_spec

__all__ = ["Endpoint", "FilterRule", "PageSize", "Reduced", "Relation", "Spec", "load_spec"]
