"""Forms API: https://developers.klaviyo.com/en/reference/forms_api_overview ."""

from source_klaviyo.api.quotas.limits import S
from source_klaviyo.streams.kinds.item import ItemStream
from source_klaviyo.streams.kinds.windowed import WindowedStream


class OfForms(WindowedStream):
    """The declaration that all streams of the collection of forms share."""

    endpoint = "forms"
    scopes = ("forms:read",)
    limit = S
    page_size = 100
    resource = "form"
    cursor_attribute = "updated_at"
    single = "forms/{id}"


class Forms(OfForms):
    """Sign-up forms; their content is in `form_definitions`."""


class FormVersions(WindowedStream):
    """The versions of forms, for example those of an A/B test.

    Klaviyo does not document that a form changes with its versions, so every form is asked for
    changed versions.
    """

    endpoint = "forms/{id}/form-versions"
    scopes = ("forms:read",)
    limit = S
    page_size = 100
    resource = "form-version"
    parent = Forms
    parent_key = "form_id"
    cursor_attribute = "updated_at"
    single = "form-versions/{id}"
    belongs_to = "form"


class FormDefinitions(ItemStream, OfForms):
    """Forms with their whole definition: steps, fields, texts and styles."""

    item = "forms/{id}"
    item_limit = S
