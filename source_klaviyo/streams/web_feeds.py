"""Web Feeds API: https://developers.klaviyo.com/en/reference/web_feeds_api_overview ."""

from source_klaviyo.api.quotas.limits import XS
from source_klaviyo.streams.kinds.windowed import WindowedStream


class WebFeeds(WindowedStream):
    """Addresses from which templates take content at sending time."""

    endpoint = "web-feeds"
    scopes = ("web-feeds:read",)
    limit = XS
    page_size = 20
    resource = "web-feed"
    single = "web-feeds/{id}"
    cursor_attribute = "updated"
