"""Campaigns API: https://developers.klaviyo.com/en/reference/campaigns_api_overview ."""

from itertools import product

from source_klaviyo.api.limits import M
from source_klaviyo.streams.windowed import WindowedStream

CHANNELS = ("email", "sms", "mobile_push")


class Campaigns(WindowedStream):
    """Campaigns with their messages and tags, of every channel, archived or not.

    Klaviyo answers for one channel a request and leaves archived campaigns out unless they are
    asked for, so each combination is a partition. Its order by `updated_at` is not exact for
    archived campaigns (api.md section 3.2): a window is only ever taken as read when it is whole.
    """

    endpoint = "campaigns"
    scopes = ("campaigns:read", "tags:read")
    limit = M
    page_size = 100
    include = ("campaign-messages", "tags")
    cursor_attribute = "updated_at"
    ordered = False
    newest_revision = "2026-07-15"
    marks = (("messages.channel", "channel"),)
    partitions = tuple(
        {"messages.channel": channel, "archived": archived}
        for channel, archived in product(CHANNELS, (False, True))
    )
