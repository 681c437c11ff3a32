"""Webhooks API: https://developers.klaviyo.com/en/reference/webhooks_api_overview ."""

from source_klaviyo.api.quotas.limits import XS
from source_klaviyo.streams.kinds.base import KlaviyoStream


class Webhooks(KlaviyoStream):
    """Addresses to which Klaviyo reports events, with the topics of each.

    Klaviyo grants webhooks to Advanced KDP customers and to app partners (its guide on webhooks,
    2026-11-06).
    """

    endpoint = "webhooks"
    scopes = ("webhooks:read",)
    limit = XS
    include = ("webhook-topics",)
    relationship_ids = (("webhook-topics", "webhook_topic_ids"),)


class WebhookTopics(KlaviyoStream):
    """The topics that webhooks can report, for Advanced KDP customers and app partners."""

    endpoint = "webhook-topics"
    scopes = ("webhooks:read",)
    limit = XS
