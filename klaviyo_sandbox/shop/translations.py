"""Family Translations: of campaign variations, flow messages, templates and universal content."""

from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.store.moment import seconds_text
from klaviyo_sandbox.store.row import Reference

TEMPLATES = 25
CONTENTS = 12
FLOW_MESSAGES = 12


def _translation(shop: Shop, of: Reference, channel: str) -> None:
    """Make the translation of one resource; its id names the resource."""
    created = shop.some_time()
    shop.put(
        Reference("translation", f"{of.type}::{channel}::{of.id}"),
        {
            "source_locale": "en",
            "target_locales": ["da", "de"],
            "fallback_locale": "en",
            "channel": channel,
            "metadata": {},
            "created": seconds_text(created),
            "updated": seconds_text(shop.between(created)),
        },
        {of.type: of},
        {"resource_type": of.type, "related_resource_id": of.id},
        {"values": [{"id": "block-1", "translations": {"da": "Hej", "de": "Hallo"}}]},
    )


def build_translations(shop: Shop) -> None:
    """Translate some of what can be translated."""
    for variation in list(shop.world.table("campaign-variation")):
        link = variation.relations["translation"]
        if isinstance(link, Reference):
            channel = link.id.split("::")[1]
            _translation(shop, Reference(variation.type, variation.id), channel)
    for kind, count in (
        ("template", TEMPLATES),
        ("template-universal-content", CONTENTS),
        ("flow-message", FLOW_MESSAGES),
    ):
        for reference in shop.all(kind)[:count]:
            _translation(shop, reference, "email")
