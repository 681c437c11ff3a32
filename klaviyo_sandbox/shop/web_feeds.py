"""Family Web Feeds."""

from datetime import datetime

from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.shop.words import DOMAIN
from klaviyo_sandbox.store.moment import seconds_text
from klaviyo_sandbox.store.row import Reference, Row

COUNT = 23
"""More than one page of 20."""


def web_feed(shop: Shop, at: datetime) -> Row:
    """Make a web feed."""
    number = len(shop.world.table("web-feed"))
    return shop.put(
        Reference("web-feed", shop.ids.uuid()),
        {
            "name": f"Feed_{number}",
            "url": f"https://{DOMAIN}/feeds/{number}.json",
            "request_method": "get",
            "content_type": "json",
            "created": seconds_text(at),
            "updated": seconds_text(shop.between(at)),
            "status": "ok",
        },
    )


def build_web_feeds(shop: Shop) -> None:
    """All web feeds."""
    for _ in range(COUNT):
        web_feed(shop, shop.some_time())
