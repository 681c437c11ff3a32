"""Lists API: https://developers.klaviyo.com/en/reference/lists_api_overview ."""

from source_klaviyo.api.filters import Bound
from source_klaviyo.api.limits import L
from source_klaviyo.streams.windowed import WindowedStream


class Lists(WindowedStream):
    """Lists; not their members."""

    endpoint = "lists"
    scopes = ("lists:read",)
    limit = L
    page_size = 10
    cursor_attribute = "updated"
    lower = Bound.GREATER_THAN
    upper = False
