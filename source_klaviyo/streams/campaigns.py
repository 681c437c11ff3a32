"""Campaigns API: https://developers.klaviyo.com/en/reference/campaigns_api_overview ."""

from itertools import product
from typing import ClassVar

from source_klaviyo.api.quotas.limits import M
from source_klaviyo.streams.kinds.included import IncludedStream
from source_klaviyo.streams.kinds.item import ItemStream, JoinedItemStream
from source_klaviyo.streams.kinds.windowed import WindowedStream
from source_klaviyo.streams.records.additions import PartitionFilter

CHANNELS = ("email", "sms", "mobile_push")
_CHANNEL = PartitionFilter(("attributes", "channel"), "messages.channel")


class OfCampaigns(WindowedStream):
    """The declaration that all streams of the collection of campaigns share.

    Klaviyo answers for a single channel per request and leaves archived campaigns out by default,
    so each combination is a partition. The order by `updated_at` is not exact for archived
    campaigns, as Estuary's connector has seen: a window counts as read only when all its pages have
    come.
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
    """Campaigns of every channel with their messages and tags, archived or not."""

    include = ("campaign-messages", "tags")
    include_scopes = (("tags", "tags:read"),)
    additions = (_CHANNEL,)


class CampaignsDetailed(JoinedItemStream, OfCampaigns):
    """Campaigns with their messages and the estimated number of recipients.

    The number is null where Klaviyo has not been asked for an estimate.
    """

    include = ("campaign-messages",)
    item = "campaign-recipient-estimations/{id}"
    item_limit = M
    joined = "estimated_recipient_count"


class CampaignMessages(IncludedStream, OfCampaigns):
    """The messages of campaigns: content, template and image."""

    relationship = "campaign-messages"
    owner_key = "campaign_id"
    single = "campaign-messages/{id}"
    belongs_to = "campaign"
    relationship_ids = (("template", "template_id"), ("image", "image_id"))


class CampaignRecipientEstimations(ItemStream, OfCampaigns):
    """The estimated number of recipients of campaigns, if Klaviyo has been asked for an estimate.

    The id is the campaign's.
    """

    item = "campaign-recipient-estimations/{id}"
    item_limit = M


class CampaignSendJobs(ItemStream, OfCampaigns):
    """The progress of sending, for campaigns whose sending was started through the API.

    The id is the campaign's.
    """

    item = "campaign-send-jobs/{id}"
    item_limit = M
