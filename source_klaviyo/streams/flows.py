"""Flows API: https://developers.klaviyo.com/en/reference/flows_api_overview ."""

from source_klaviyo.api.limits import S
from source_klaviyo.streams.item import ItemStream
from source_klaviyo.streams.taken import TakenStream
from source_klaviyo.streams.windowed import WindowedStream

ARCHIVED_OR_NOT = ({"archived": False}, {"archived": True})


class Flows(WindowedStream):
    """Flows with their actions and tags; archived ones are a collection of their own."""

    endpoint = "flows"
    scopes = ("flows:read", "tags:read")
    limit = S
    page_size = 50
    include = ("flow-actions", "tags")
    cursor_attribute = "updated"
    partitions = ARCHIVED_OR_NOT


class FlowActions(TakenStream):
    """The steps of flows."""

    endpoint = "flows"
    scopes = ("flows:read",)
    limit = S
    page_size = 50
    takes = "flow-actions"
    owner_key = "flow_id"
    cursor_attribute = "updated"
    partitions = ARCHIVED_OR_NOT


class FlowDefinitions(ItemStream):
    """Flows with the whole graph of their triggers and actions."""

    endpoint = "flows"
    scopes = ("flows:read",)
    limit = S
    page_size = 50
    cursor_attribute = "updated"
    item = "flows/{id}"
    item_limit = S
    item_parameters = (("additional-fields[flow]", "definition"),)
    partitions = ARCHIVED_OR_NOT
