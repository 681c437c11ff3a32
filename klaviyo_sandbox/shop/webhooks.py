"""Family Webhooks: readable with OAuth only."""

from datetime import datetime

from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.shop.words import DOMAIN
from klaviyo_sandbox.store.moment import seconds_text
from klaviyo_sandbox.store.row import Reference, Row

TOPICS = (
    "event:klaviyo.received_email",
    "event:klaviyo.opened_email",
    "event:klaviyo.clicked_email",
)
COUNT = 4


def webhook(shop: Shop, at: datetime) -> Row:
    """Make a webhook on one or two topics."""
    number = len(shop.world.table("webhook"))
    return shop.put(
        Reference("webhook", shop.ids.ulid(at)),
        {
            "name": f"Hook {number}",
            "description": None,
            "endpoint_url": f"https://{DOMAIN}/hooks/{number}",
            "enabled": number % 2 == 0,
            "created_at": seconds_text(at),
            "updated_at": seconds_text(shop.between(at)),
        },
        {"webhook-topics": shop.some("webhook-topic", 2, least=1)},
    )


def build_webhooks(shop: Shop) -> None:
    """All topics and webhooks."""
    for topic in TOPICS:
        shop.put(Reference("webhook-topic", topic), {})
    for _ in range(COUNT):
        webhook(shop, shop.some_time())
