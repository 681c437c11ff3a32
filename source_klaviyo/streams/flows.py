"""Flows API: https://developers.klaviyo.com/en/reference/flows_api_overview ."""

from source_klaviyo.api.limits import S
from source_klaviyo.streams.windowed import WindowedStream


class Flows(WindowedStream):
    """Flows with their actions and tags; archived ones are a collection of their own."""

    endpoint = "flows"
    scopes = ("flows:read", "tags:read")
    limit = S
    page_size = 50
    include = ("flow-actions", "tags")
    cursor_attribute = "updated"
    partitions = ({"archived": False}, {"archived": True})
