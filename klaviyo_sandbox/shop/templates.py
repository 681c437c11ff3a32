"""Family Templates: the templates of messages, and translations."""

from klaviyo_sandbox.shop.make import make
from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.spec import USED_TEMPLATE
from klaviyo_sandbox.store.row import Reference, Row

TRANSLATED = {"template": 25, "template-universal-content": 12, "flow-message": 12}
"""The number of translated resources of each type, besides campaign variations."""


def used_template(shop: Shop) -> Reference | None:
    """Make the template of a message, a copy of any of the library; None without any."""
    chosen = shop.one("template")
    origin = None if chosen is None else shop.world.get(chosen)
    if origin is None:
        return None
    copy = Reference(USED_TEMPLATE, f"U{len(shop.world.table(USED_TEMPLATE)):05}")
    row = Row(*copy, origin.attributes, origin.relations, origin.facts, origin.optional)
    shop.world.put(row)
    return copy


def build_translations(shop: Shop) -> None:
    """Translate some resources."""
    for variation in list(shop.world.table("campaign-variation")):
        link = variation.relations["translation"]
        if isinstance(link, Reference):
            channel = link.id.split("::")[1]
            _translate(shop, Reference(variation.type, variation.id), channel)
    for kind, count in TRANSLATED.items():
        for reference in shop.all(kind)[:count]:
            _translate(shop, reference, "email")


def _translate(shop: Shop, of: Reference, channel: str) -> None:
    """Make the translation of a resource; its id names the resource."""
    links = {of.type: of}
    make(shop, "translation", shop.some_time(), of_type=of.type, of=of.id, channel=channel, **links)
