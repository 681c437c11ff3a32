"""Lists API: https://developers.klaviyo.com/en/reference/lists_api_overview ."""

from typing import ClassVar

from source_klaviyo.api.quotas.limits import XS, L
from source_klaviyo.streams.kinds.item import ItemStream
from source_klaviyo.streams.kinds.windowed import WindowedStream
from source_klaviyo.streams.records.derived import IdAs


class OfLists(WindowedStream):
    """The declaration that all streams of the collection of lists share."""

    endpoint = "lists"
    scopes: ClassVar[tuple[str, ...]] = ("lists:read",)
    limit = L
    page_size = 10
    resource = "list"
    cursor_attribute = "updated"
    single: ClassVar[str | None] = "lists/{id}"
    upper = False


class Lists(OfLists):
    """Lists; not their members."""


class ListsDetailed(ItemStream, OfLists):
    """Changed lists, with the number of their members.

    Klaviyo grants 15 lists a minute.
    """

    item = "lists/{id}"
    item_limit = L
    item_parameters = (("additional-fields[list]", "profile_count"),)
    item_costly = (("profile_count", XS),)


class ListProfiles(WindowedStream):
    """The members of each list, with the time at which each joined. Leaving does not show."""

    endpoint = "lists/{id}/profiles"
    scopes = ("lists:read", "profiles:read")
    limit = L
    page_size = 100
    parameters = (("fields[profile]", "joined_group_at"),)
    parent = Lists
    parent_key = "list_id"
    keys = ("list_id", "id")
    cursor_attribute = "joined_group_at"
    derived = (IdAs("profile_id"),)
