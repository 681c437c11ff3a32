"""Templates API: https://developers.klaviyo.com/en/reference/templates_api_overview ."""

from source_klaviyo.api.limits import L
from source_klaviyo.streams.windowed import WindowedStream


class EmailTemplates(WindowedStream):
    """Message templates with their HTML and text, and the definition of drag-and-drop ones."""

    endpoint = "templates"
    parameters = (("additional-fields[template]", "definition"),)
    scopes = ("templates:read",)
    limit = L
    page_size = 10
    cursor_attribute = "updated"


class TemplateUniversalContent(WindowedStream):
    """Blocks of content that several templates share."""

    endpoint = "template-universal-content"
    scopes = ("templates:read",)
    limit = L
    page_size = 100
    cursor_attribute = "updated"
