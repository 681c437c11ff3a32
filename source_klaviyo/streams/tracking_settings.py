"""Tracking Settings API.

https://developers.klaviyo.com/en/reference/tracking_settings_api_overview
"""

from source_klaviyo.api.limits import M
from source_klaviyo.streams.base import KlaviyoStream


class TrackingSettings(KlaviyoStream):
    """How the account marks links for tracking (UTM parameters): one record."""

    endpoint = "tracking-settings"
    scopes = ("tracking-settings:read",)
    limit = M
