"""Metrics API: https://developers.klaviyo.com/en/reference/metrics_api_overview ."""

from source_klaviyo.api.limits import M
from source_klaviyo.streams.base import KlaviyoStream


class Metrics(KlaviyoStream):
    """The kinds of events; Klaviyo cannot filter them by time."""

    endpoint = "metrics"
    scopes = ("metrics:read",)
    limit = M
