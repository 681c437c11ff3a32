"""Segments API: https://developers.klaviyo.com/en/reference/segments_api_overview ."""

from source_klaviyo.api.filters import Bound
from source_klaviyo.api.limits import L
from source_klaviyo.streams.windowed import WindowedStream


class Segments(WindowedStream):
    """Segments and their definitions; not their members."""

    endpoint = "segments"
    scopes = ("segments:read",)
    limit = L
    page_size = 10
    cursor_attribute = "updated"
    lower = Bound.GREATER_THAN
    upper = False
