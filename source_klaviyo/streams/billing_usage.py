"""Billing API. Declared as the official SDK (25.0.0) describes it."""

from source_klaviyo.api.quotas.limits import M
from source_klaviyo.streams.kinds.base import KlaviyoStream


class BillingUsage(KlaviyoStream):
    """Usage of the plan in the current period. The type of usage is the id."""

    endpoint = "billing-usage"
    scopes = ("usage:read",)
    limit = M
    oldest_revision = "2026-10-15"
