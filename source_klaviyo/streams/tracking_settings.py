"""Tracking Settings API.

https://developers.klaviyo.com/en/reference/tracking_settings_api_overview
"""

from source_klaviyo.api.quotas.limits import M
from source_klaviyo.streams.kinds.base import KlaviyoStream


class TrackingSettings(KlaviyoStream):
    """The account's settings for marking links (UTM parameters): a single record."""

    endpoint = "tracking-settings"
    scopes = ("tracking-settings:read",)
    limit = M
