"""Metrics API: https://developers.klaviyo.com/en/reference/metrics_api_overview ."""

from source_klaviyo.api.quotas.limits import XS, M, S
from source_klaviyo.streams.kinds.base import KlaviyoStream
from source_klaviyo.streams.kinds.windowed import WindowedStream


class Metrics(WindowedStream):
    """The kinds of events.

    Klaviyo cannot filter metrics by time, so each sync reads and compares all.
    """

    endpoint = "metrics"
    scopes = ("metrics:read",)
    limit = M
    resource = "metric"
    cursor_attribute = "updated"
    single = "metrics/{id}"
    ordered = False
    lower = None
    upper = False
    sortable = False


class MetricProperties(KlaviyoStream):
    """The properties that events of each metric have, with sample values.

    Klaviyo grants 15 metrics a minute.
    """

    endpoint = "metrics/{id}/metric-properties"
    scopes = ("metrics:read",)
    limit = XS
    parameters = (("additional-fields[metric-property]", "sample_values"),)
    parent = Metrics
    parent_key = "metric_id"
    keys = ("metric_id", "id")


class CustomMetrics(KlaviyoStream):
    """Metrics that the account has defined from others, with the ids of the others."""

    endpoint = "custom-metrics"
    scopes = ("metrics:read",)
    limit = S
    include = ("metrics",)
    relationship_ids = (("metrics", "metric_ids"),)
    parameters = (("fields[metric]", "id"),)


class MappedMetrics(KlaviyoStream):
    """The metric that the account counts as revenue, as a started checkout and so on."""

    endpoint = "mapped-metrics"
    scopes = ("metrics:read",)
    limit = S
    include = ("metric", "custom-metric")
    relationship_ids = (("metric", "metric_id"), ("custom-metric", "custom_metric_id"))
    parameters = (("fields[metric]", "id"), ("fields[custom-metric]", "id"))
