"""Profiles API: https://developers.klaviyo.com/en/reference/profiles_api_overview ."""

from source_klaviyo.api.filters import Bound
from source_klaviyo.api.limits import L
from source_klaviyo.streams.windowed import WindowedStream


class Profiles(WindowedStream):
    """The people of the account, with their consent and suppressions.

    `subscriptions` costs no quota; `predictive_analytics` would cut it to a fifth.
    """

    endpoint = "profiles"
    scopes = ("profiles:read",)
    limit = L
    page_size = 100
    parameters = (("additional-fields[profile]", "subscriptions"),)
    cursor_attribute = "updated"
    lower = Bound.GREATER_THAN
    bounded_by_start_date = True
