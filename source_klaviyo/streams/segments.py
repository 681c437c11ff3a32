"""Segments API: https://developers.klaviyo.com/en/reference/segments_api_overview ."""

from typing import ClassVar

from source_klaviyo.api.quotas.limits import L
from source_klaviyo.streams.kinds.windowed import WindowedStream
from source_klaviyo.streams.records.derived import IdAs


class OfSegments(WindowedStream):
    """The declaration that all streams of the collection of segments share."""

    endpoint = "segments"
    scopes: ClassVar[tuple[str, ...]] = ("segments:read",)
    limit = L
    page_size = 10
    resource = "segment"
    cursor_attribute = "updated"
    single: ClassVar[str | None] = "segments/{id}"
    upper = False


class Segments(OfSegments):
    """Segments and their definitions, without their members."""


class SegmentProfiles(WindowedStream):
    """The members of each segment, with the time at which each joined. Leaving does not show."""

    endpoint = "segments/{id}/profiles"
    scopes = ("profiles:read", "segments:read")
    limit = L
    page_size = 100
    parameters = (("fields[profile]", "joined_group_at"),)
    parent = Segments
    parent_key = "segment_id"
    keys = ("segment_id", "id")
    cursor_attribute = "joined_group_at"
    derived = (IdAs("profile_id"),)
