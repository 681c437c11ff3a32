"""Campaigns API: https://developers.klaviyo.com/en/reference/campaigns_api_overview ."""

from itertools import product
from typing import ClassVar

from source_klaviyo.api.limits import M
from source_klaviyo.streams.additions import PartitionFilter
from source_klaviyo.streams.included import IncludedStream
from source_klaviyo.streams.item import ItemStream, JoinedItemStream
from source_klaviyo.streams.windowed import WindowedStream

CHANNELS = ("email", "sms", "mobile_push")
_CHANNEL = PartitionFilter(("attributes", "channel"), "messages.channel")


class OfCampaigns(WindowedStream):
    """What all streams that read the collection of campaigns have in common.

    Klaviyo answers for one channel a request and leaves archived campaigns out unless they are
    asked for, so each combination is a partition. Its order by `updated_at` is not exact for
    archived campaigns, as Estuary's connector has seen: a window counts as read only when it is
    whole.
    """

    endpoint = "campaigns"
    scopes: ClassVar[tuple[str, ...]] = ("campaigns:read",)
    limit = M
    page_size = 100
    resource = "campaign"
    cursor_attribute = "updated_at"
    ordered = False
    newest_revision = "2026-07-15"
    single: ClassVar[str | None] = "campaigns/{id}"
    partition_fields: ClassVar[tuple[tuple[str, str], ...]] = (("messages.channel", "channel"),)
    partitions = tuple(
        {"messages.channel": channel, "archived": archived}
        for channel, archived in product(CHANNELS, (False, True))
    )


class Campaigns(OfCampaigns):
    """Campaigns with their messages and tags, of every channel, archived or not."""

    include = ("campaign-messages", "tags")
    include_scopes = (("tags", "tags:read"),)
    additions = (_CHANNEL,)


class CampaignsDetailed(JoinedItemStream, OfCampaigns):
    """Campaigns with their messages, and how many people each would reach.

    The number is null where Klaviyo has not been asked to estimate it.
    """

    include = ("campaign-messages",)
    item = "campaign-recipient-estimations/{id}"
    item_limit = M
    joined = "estimated_recipient_count"


class CampaignMessages(IncludedStream, OfCampaigns):
    """The messages of campaigns: what is sent, and with which template or image."""

    relationship = "campaign-messages"
    owner_key = "campaign_id"
    single = "campaign-messages/{id}"
    belongs_to = "campaign"
    relationship_ids = (("template", "template_id"), ("image", "image_id"))


class CampaignRecipientEstimations(ItemStream, OfCampaigns):
    """How many people a campaign would reach, where Klaviyo has been asked to estimate it.

    The id is the campaign's.
    """

    item = "campaign-recipient-estimations/{id}"
    item_limit = M


class CampaignSendJobs(ItemStream, OfCampaigns):
    """How far the sending of campaigns is, where it was started through the API.

    The id is the campaign's.
    """

    item = "campaign-send-jobs/{id}"
    item_limit = M
