"""Family Catalogs: categories, items and their variants."""

from datetime import datetime

from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.shop.words import COLOURS, DOMAIN, PRODUCTS
from klaviyo_sandbox.store.json_text import JsonObject
from klaviyo_sandbox.store.moment import micros, micros_text
from klaviyo_sandbox.store.row import Reference, Row

PREFIX = "$custom:::$default:::"
CATEGORIES = 14
VARIANTS = 2


def catalog_item(shop: Shop, at: datetime) -> Row:
    """Make an item with its variants, in one or two categories."""
    number = len(shop.world.table("catalog-item"))
    external = f"SKU-{number}"
    reference = Reference("catalog-item", PREFIX + external)
    categories = shop.some("catalog-category", 2, least=1)
    row = shop.put(
        reference,
        {**_product(shop, external, at), "published": number % 8 != 7},
        {"categories": categories},
        {
            "created": micros(micros_text(at)),
            "category.id": [category.id for category in categories],
        },
    )
    for place in range(VARIANTS):
        _variant(shop, reference, f"{external}-{place}", at)
    return row


def _variant(shop: Shop, item: Reference, external: str, at: datetime) -> None:
    attributes: JsonObject = {
        **_product(shop, external, at),
        "sku": external,
        "inventory_policy": 1,
        "inventory_quantity": float(shop.random.randrange(200)),
        "published": True,
    }
    shop.put(
        Reference("catalog-variant", PREFIX + external),
        attributes,
        {"item": item},
        {"created": micros(micros_text(at))},
    )


def _product(shop: Shop, external: str, at: datetime) -> JsonObject:
    return {
        "external_id": external,
        "title": f"{shop.text(COLOURS)} {shop.text(PRODUCTS)}",
        "description": "Made to last.",
        "price": round(shop.random.uniform(5, 300), 2),
        "url": f"https://{DOMAIN}/products/{external}",
        "image_full_url": f"https://images.{DOMAIN}/{external}.png",
        "image_thumbnail_url": None,
        "images": [],
        "custom_metadata": {"material": shop.text(("wool", "linen")), "Top Pick": shop.chance(0.2)},
        **shop.stamps(at),
    }


def catalog_category(shop: Shop, at: datetime) -> Row:
    """Make a category; its items are those that name it."""
    number = len(shop.world.table("catalog-category"))
    external = f"CAT-{number}"
    return shop.put(
        Reference("catalog-category", PREFIX + external),
        {
            "external_id": external,
            "name": f"{shop.text(COLOURS)} {number}",
            "updated": micros_text(shop.between(at)),
        },
        None,
        {"created": micros(micros_text(at))},
    )


def build_catalogs(shop: Shop) -> None:
    """All categories, items and variants."""
    for _ in range(CATEGORIES):
        catalog_category(shop, shop.some_time())
    for _ in range(shop.settings.catalog_items):
        catalog_item(shop, shop.some_time())
