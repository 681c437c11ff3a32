"""Tags API: https://developers.klaviyo.com/en/reference/tags_api_overview ."""

from source_klaviyo.api.quotas.limits import S
from source_klaviyo.streams.campaigns import OfCampaigns
from source_klaviyo.streams.flows import OfFlows
from source_klaviyo.streams.kinds.base import KlaviyoStream
from source_klaviyo.streams.kinds.included import IncludedStream
from source_klaviyo.streams.kinds.union import UnionStream
from source_klaviyo.streams.lists import OfLists
from source_klaviyo.streams.segments import OfSegments


class Tags(KlaviyoStream):
    """Tags, each with its group's id; the tagged resources are in `tag_links`."""

    endpoint = "tags"
    scopes = ("tags:read",)
    limit = S
    page_size = 50
    include = ("tag-group",)
    relationship_ids = (("tag-group", "tag_group_id"),)
    parameters = (("fields[tag-group]", "id"),)


class TagGroups(KlaviyoStream):
    """Groups of tags."""

    endpoint = "tag-groups"
    scopes = ("tags:read",)
    limit = S
    page_size = 25


class _Links(IncludedStream):
    include_scopes = (("tags", "tags:read"),)
    relationship = "tags"
    owner_key = "resource_id"
    cursor_key = "updated"
    keys = ("resource_type", "resource_id", "id")


class _CampaignLinks(_Links, OfCampaigns):
    scopes = ("campaigns:read", "tags:read")
    single = "campaigns/{id}/relationships/tags"
    partition_fields = ()


class _FlowLinks(_Links, OfFlows):
    scopes = ("flows:read", "tags:read")
    single = "flows/{id}/relationships/tags"


class _ListLinks(_Links, OfLists):
    scopes = ("lists:read", "tags:read")
    single = "lists/{id}/relationships/tags"


class _SegmentLinks(_Links, OfSegments):
    scopes = ("segments:read", "tags:read")
    single = "segments/{id}/relationships/tags"


class TagLinks(UnionStream):
    """The tags of each campaign, flow, list and segment.

    A call for each page of tagged resources brings the links; Klaviyo's own endpoints take four
    calls for each tag.
    """

    kinds = {  # noqa: RUF012  a declaration, like every other here
        "campaign": _CampaignLinks,
        "flow": _FlowLinks,
        "list": _ListLinks,
        "segment": _SegmentLinks,
    }
    kind_key = "resource_type"
    cursor_attribute = "updated"
    keys = _Links.keys
