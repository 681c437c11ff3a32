"""Flows API: https://developers.klaviyo.com/en/reference/flows_api_overview ."""

from typing import ClassVar, Final

import msgspec

from source_klaviyo.api.documents.json_parts import member, text
from source_klaviyo.api.quotas.limits import S
from source_klaviyo.streams.kinds.included import IncludedStream
from source_klaviyo.streams.kinds.item import ItemStream
from source_klaviyo.streams.kinds.windowed import WindowedStream
from source_klaviyo.streams.views.parents import Wanted

_WITHOUT_MESSAGES: Final = frozenset(
    {
        "action-output-split",
        "back-in-stock-delay",
        "code",
        "conditional-split",
        "countdown-delay",
        "internal-service",
        "list-update",
        "multi-branch-split",
        "target-date",
        "time-delay",
        "trigger-split",
        "update-profile",
    }
)
"""Types of actions without messages by Klaviyo's specification; an unknown type may have some."""


def _can_have_messages(action: msgspec.Raw) -> bool:
    kind = text(member(action, ("attributes", "definition", "type")))
    return kind not in _WITHOUT_MESSAGES


class OfFlows(WindowedStream):
    """The declaration that all streams of the collection of flows share.

    Klaviyo leaves archived flows out by default, so they are a partition.
    """

    endpoint = "flows"
    scopes: ClassVar[tuple[str, ...]] = ("flows:read",)
    limit = S
    page_size = 50
    resource = "flow"
    cursor_attribute = "updated"
    single: ClassVar[str | None] = "flows/{id}"
    partitions = ({"archived": False}, {"archived": True})


class Flows(OfFlows):
    """Flows with their actions and tags, archived or not."""

    include = ("flow-actions", "tags")
    include_scopes = (("tags", "tags:read"),)


class FlowActions(IncludedStream, OfFlows):
    """The steps of flows."""

    relationship = "flow-actions"
    owner_key = "flow_id"
    single = "flow-actions/{id}"
    belongs_to = "flow"
    narrow = (("fields[flow-action]", "definition"),)

    @classmethod
    def has_children(cls) -> Wanted:
        """Return the test whether an action can have messages; others are not asked for any."""
        return _can_have_messages


class FlowDefinitions(ItemStream, OfFlows):
    """Flows with the whole graph of their triggers and actions."""

    item = "flows/{id}"
    item_limit = S
    item_parameters = (("additional-fields[flow]", "definition"),)


class FlowMessages(WindowedStream):
    """The messages that flow actions send, with their content.

    Klaviyo does not document that a flow changes with its messages, so every action is asked for
    changed messages.
    """

    endpoint = "flow-actions/{id}/flow-messages"
    scopes: ClassVar[tuple[str, ...]] = ("flows:read",)
    limit = S
    page_size = 50
    resource = "flow-message"
    parent = FlowActions
    parent_key = "flow_action_id"
    cursor_attribute = "updated"
    single: ClassVar[str | None] = "flow-messages/{id}"
    belongs_to: ClassVar[str | None] = "flow-action"
