"""Campaigns API since revision 2026-10-15, with another model of campaigns and their messages.

Klaviyo's documentation: https://developers.klaviyo.com/en/reference/campaigns_api_overview . A
campaign can hold messages of several channels there, so its SDK calls it OmniCampaign. Only this
model has messages and variations on WhatsApp, and campaigns made on the canvas.
"""

from typing import ClassVar

from source_klaviyo.api.quotas.limits import M, S
from source_klaviyo.streams.kinds.base import KlaviyoStream
from source_klaviyo.streams.kinds.included import IncludedStream
from source_klaviyo.streams.kinds.item import NamedItemStream
from source_klaviyo.streams.kinds.windowed import WindowedStream


class OfOmnichannelCampaigns(KlaviyoStream):
    """The declaration that all streams of the collection of campaigns in the newer model share.

    Klaviyo leaves archived campaigns out by default, so they are a partition.
    """

    endpoint = "campaigns"
    scopes: ClassVar[tuple[str, ...]] = ("campaigns:read",)
    limit = M
    page_size = 100
    resource = "campaign"
    partitions = ({"archived": False}, {"archived": True})
    oldest_revision = "2026-10-15"


class OmnichannelCampaigns(WindowedStream, OfOmnichannelCampaigns):
    """Campaigns in the newer model, with their audiences, messages and tags, archived or not.

    The order by `updated_at` is not taken as exact, as in the older model.
    """

    include_scopes = (("tags", "tags:read"),)
    include = ("campaign-audiences", "campaign-messages", "tags")
    cursor_attribute = "updated_at"
    single = "campaigns/{id}"
    ordered = False


class CampaignAudiences(IncludedStream, OfOmnichannelCampaigns):
    """The audience of campaigns: included and excluded lists and segments.

    Klaviyo does not document that a campaign changes with its audiences, so all are read.
    """

    relationship = "campaign-audiences"
    owner_key = "campaign_id"


class OfOmnichannelCampaignMessages(KlaviyoStream):
    """The declaration that all streams of the collection of messages in the newer model share."""

    endpoint = "campaign-messages"
    scopes: ClassVar[tuple[str, ...]] = ("campaigns:read",)
    limit = M
    page_size = 100
    resource = "campaign-message"
    oldest_revision = "2026-10-15"


class OmnichannelCampaignMessages(WindowedStream, OfOmnichannelCampaignMessages):
    """The messages of campaigns in the newer model: status, time and options of sending."""

    include = ("campaign",)
    relationship_ids = (("campaign", "campaign_id"),)
    parameters = (("fields[campaign]", "id"),)
    cursor_attribute = "updated"
    single = "campaign-messages/{id}"
    belongs_to = "campaign"


class CampaignVariations(IncludedStream, OfOmnichannelCampaignMessages):
    """The contents of messages, one or several each, by channel.

    Klaviyo does not document that a message changes with its variations, so all are read. The id of
    a variation's translation names the variation.
    """

    relationship = "campaign-variations"
    owner_key = "campaign_message_id"


class CampaignVariationImages(NamedItemStream, OfOmnichannelCampaignMessages):
    """The image of each variation, under the variation's id; a request for each.

    Klaviyo includes images with single variations alone (its reference of 2026-10-15).
    """

    named = "campaign-variations"
    told_included = True
    item = "campaign-variations/{id}"
    item_limit = M
    item_parameters = (
        ("include", "image"),
        ("fields[image]", "id"),
    )


class CampaignMessageTags(KlaviyoStream):
    """The tags of messages in the newer model, a request for each message."""

    endpoint = "campaign-messages/{id}/tags"
    scopes = ("campaigns:read", "tags:read")
    limit = S
    parent = OmnichannelCampaignMessages
    parent_key = "campaign_message_id"
    keys = ("campaign_message_id", "id")
    oldest_revision = "2026-10-15"
