"""Flows API: https://developers.klaviyo.com/en/reference/flows_api_overview ."""

from typing import ClassVar

from source_klaviyo.api.limits import S
from source_klaviyo.streams.item import ItemStream
from source_klaviyo.streams.taken import TakenStream
from source_klaviyo.streams.windowed import WindowedStream


class OfFlows(WindowedStream):
    """What all streams that read the collection of flows have in common.

    Klaviyo leaves archived flows out unless they are asked for, so they are a partition.
    """

    endpoint = "flows"
    scopes: ClassVar[tuple[str, ...]] = ("flows:read",)
    limit = S
    page_size = 50
    cursor_attribute = "updated"
    partitions = ({"archived": False}, {"archived": True})


class Flows(OfFlows):
    """Flows with their actions and tags, archived or not."""

    scopes = ("flows:read", "tags:read")
    include = ("flow-actions", "tags")


class FlowActions(TakenStream, OfFlows):
    """The steps of flows."""

    takes = "flow-actions"
    owner_key = "flow_id"


class FlowDefinitions(ItemStream, OfFlows):
    """Flows with the whole graph of their triggers and actions."""

    item = "flows/{id}"
    item_limit = S
    item_parameters = (("additional-fields[flow]", "definition"),)


class FlowMessages(WindowedStream):
    """The messages that flow actions send, with their content.

    Klaviyo does not document that a flow changes with its messages, so every action is asked for
    messages that have changed.
    """

    endpoint = "flow-actions/{id}/flow-messages"
    scopes = ("flows:read",)
    limit = S
    page_size = 50
    parent = FlowActions
    parent_key = "flow_action_id"
    cursor_attribute = "updated"
