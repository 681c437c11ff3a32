"""Translations API. Declared as the official SDK (25.0.0) describes it."""

from source_klaviyo.api.quotas.limits import M
from source_klaviyo.streams.kinds.base import KlaviyoStream
from source_klaviyo.streams.kinds.item import ItemStream


class Translations(KlaviyoStream):
    """The languages of each translated resource; the id names the resource."""

    endpoint = "translations"
    scopes = ("translations:read",)
    limit = M
    page_size = 100
    resource = "translation"
    oldest_revision = "2026-10-15"


class TranslationValues(ItemStream, Translations):
    """Translations with their texts, which Klaviyo sends for a single translation per request."""

    item = "translations/{id}"
    item_limit = M
    item_parameters = (("additional-fields[translation]", "values"),)
