"""Family Reviews."""

from datetime import datetime

from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.shop.words import DOMAIN, FIRST_NAMES
from klaviyo_sandbox.store.moment import seconds_text
from klaviyo_sandbox.store.row import Reference, Row

_STATUSES = ("published", "published", "featured", "pending", "unpublished")


def review(shop: Shop, at: datetime) -> Row:
    """Make a review of a catalog item."""
    number = len(shop.world.table("review"))
    item = shop.one("catalog-item")
    status = _STATUSES[number % len(_STATUSES)]
    return shop.put(
        Reference("review", str(2_000_000 + number)),
        {
            "email": f"person{number}@example.com",
            "status": {"value": status},
            "verified": number % 3 == 0,
            "review_type": "review",
            "created": seconds_text(at),
            "updated": seconds_text(shop.between(at)),
            "images": [],
            "product": None
            if item is None
            else {
                "url": f"https://{DOMAIN}/{item.id}",
                "name": "Shirt",
                "image_url": None,
                "external_id": item.id,
            },
            "rating": 1 + number % 5,
            "author": shop.text(FIRST_NAMES),
            "content": "Fits “perfectly” 👍\nWould buy again.",
            "title": "Great",
            "smart_quote": None,
            "public_reply": None,
        },
        {"events": shop.some("event", 1) if number % 4 == 0 else [], "item": item},
        {"status": [status, "all"]},
    )


def build_reviews(shop: Shop) -> None:
    """All reviews."""
    for _ in range(shop.settings.reviews):
        review(shop, shop.some_time())
