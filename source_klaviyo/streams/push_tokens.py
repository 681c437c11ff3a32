"""Push Tokens API: https://developers.klaviyo.com/en/reference/push_tokens_api_overview ."""

from source_klaviyo.api.quotas.limits import M
from source_klaviyo.streams.kinds.base import KlaviyoStream


class PushTokens(KlaviyoStream):
    """The devices for push notifications, each with its profile's id."""

    endpoint = "push-tokens"
    scopes = ("profiles:read", "push-tokens:read")
    limit = M
    page_size = 100
    include = ("profile",)
    relationship_ids = (("profile", "profile_id"),)
    parameters = (("fields[profile]", "id"),)
