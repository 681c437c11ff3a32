"""Webhooks API: https://developers.klaviyo.com/en/reference/webhooks_api_overview ."""

from source_klaviyo.api.limits import XS
from source_klaviyo.streams.base import KlaviyoStream


class Webhooks(KlaviyoStream):
    """Where Klaviyo reports what happens, with the topics of each.

    For OAuth apps, and accounts with Advanced KDP.
    """

    endpoint = "webhooks"
    scopes = ("webhooks:read",)
    oauth_only = True
    limit = XS
    include = ("webhook-topics",)
    relationship_ids = (("webhook-topics", "webhook_topic_ids"),)


class WebhookTopics(KlaviyoStream):
    """What can be reported by webhooks. For OAuth apps, and accounts with Advanced KDP."""

    endpoint = "webhook-topics"
    scopes = ("webhooks:read",)
    oauth_only = True
    limit = XS
