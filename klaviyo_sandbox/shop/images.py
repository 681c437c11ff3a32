"""Family Images."""

from datetime import datetime

from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.shop.words import PRODUCTS
from klaviyo_sandbox.store.moment import micros_text
from klaviyo_sandbox.store.row import Reference, Row

FORMATS = ("jpeg", "png", "gif")


def image(shop: Shop, at: datetime) -> Row:
    """Make an image; one in seven is hidden."""
    number = len(shop.world.table("image"))
    kind = FORMATS[number % len(FORMATS)]
    return shop.put(
        Reference("image", shop.ids.number()),
        {
            "name": f"{shop.text(PRODUCTS)} {number}",
            "image_url": f"https://images.fjordandfield.example/{number}.{kind}",
            "format": kind,
            "size": shop.random.randrange(10_000, 900_000),
            "hidden": number % 7 == 3,
            "updated_at": micros_text(at),
        },
    )


def build_images(shop: Shop) -> None:
    """All images."""
    for _ in range(shop.settings.images):
        image(shop, shop.some_time())
