"""Templates API: https://developers.klaviyo.com/en/reference/templates_api_overview ."""

from typing import ClassVar

from source_klaviyo.api.quotas.limits import L
from source_klaviyo.streams.campaigns import OfCampaigns
from source_klaviyo.streams.flows import FlowMessages
from source_klaviyo.streams.kinds.item import NamedItemStream
from source_klaviyo.streams.kinds.union import UnionStream
from source_klaviyo.streams.kinds.windowed import WindowedStream


class EmailTemplates(WindowedStream):
    """The templates of the library with HTML and text, and the definition if drag-and-drop.

    Klaviyo does not list the templates that messages use: those are in `message_templates`.
    """

    endpoint = "templates"
    opt_in = ("definition",)
    parameters = (("additional-fields[template]", "definition"),)
    scopes = ("templates:read",)
    limit = L
    page_size = 10
    resource = "template"
    cursor_attribute = "updated"
    single = "templates/{id}"


class _Used(NamedItemStream):
    """The templates that messages name, each read by its id: no listing of Klaviyo's has them."""

    item = "templates/{id}"
    item_limit = L
    item_parameters = EmailTemplates.parameters
    named = "template"
    cursor_key = "updated"
    single: ClassVar[str | None] = "templates/{id}"
    belongs_to: ClassVar[str | None] = None


class _CampaignTemplates(_Used, OfCampaigns):
    scopes = ("campaigns:read", "templates:read")
    through = "campaign-messages"
    partition_fields: ClassVar[tuple[tuple[str, str], ...]] = ()


class _FlowTemplates(_Used, FlowMessages):
    scopes: ClassVar[tuple[str, ...]] = ("flows:read", "templates:read")


class MessageTemplates(UnionStream):
    """The templates that messages of campaigns and flows use, with HTML and text.

    Klaviyo does not list these templates. Each is read by its id, and again when its campaign or
    its flow message has changed.
    """

    kinds = {  # noqa: RUF012  a declaration, like every other here
        "campaign": _CampaignTemplates,
        "flow": _FlowTemplates,
    }
    kind_key = "used_by"
    cursor_attribute = "updated"


class TemplateUniversalContent(WindowedStream):
    """Blocks of content that several templates share."""

    endpoint = "template-universal-content"
    scopes = ("templates:read",)
    limit = L
    page_size = 100
    resource = "template-universal-content"
    cursor_attribute = "updated"
    single = "template-universal-content/{id}"
