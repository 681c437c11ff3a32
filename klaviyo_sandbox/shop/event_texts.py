"""Ready texts of event properties: events are many, so each is stamped from one of these."""

import json
from collections.abc import Mapping
from pathlib import Path

from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.shop.words import COLOURS, DOMAIN, PRODUCTS, THEMES

EVENT_ID = b"@EVENT@"
VALUE = b"@VALUE@"
VARIANTS = 12
"""Texts per metric."""
ODD_FILE = Path(__file__).parent / "odd_properties.jsonl"
"""Custom properties that look like anything; kept as text so that every digit arrives as it is."""


def texts_of(shop: Shop, metric: str) -> list[bytes]:
    """Property texts for events of the metric with this name."""
    if "Order" in metric or "Checkout" in metric or "Cart" in metric:
        return [_order(shop) for _ in range(VARIANTS)]
    if "Email" in metric or "Text" in metric or "Push" in metric:
        return [_message(shop) for _ in range(VARIANTS)]
    if metric in ("Viewed Product", "Active on Site"):
        return [_product(shop) for _ in range(VARIANTS)]
    return [_custom(shop, metric) for _ in range(VARIANTS)]


def odd_texts() -> list[bytes]:
    """Return the odd ones."""
    return ODD_FILE.read_bytes().rstrip(b"\n").split(b"\n")


def _encode(properties: Mapping[str, object]) -> bytes:
    text = json.dumps(properties, ensure_ascii=False, separators=(",", ":"))
    return text.replace('"@VALUE@"', "@VALUE@").encode()


def _order(shop: Shop) -> bytes:
    items = [
        {
            "ProductName": shop.text(PRODUCTS),
            "Colour": shop.text(COLOURS),
            "Quantity": 1,
            "ItemPrice": 19.95,
        }
        for _ in range(shop.random.randrange(1, 4))
    ]
    properties = {
        "$event_id": "@EVENT@",
        "$value": "@VALUE@",
        "$value_currency": "EUR",
        "Items": items,
        "Discount Codes": [],
        "Source Name": "web",
        "tags": "",
        "FulfillmentStatus": "unfulfilled",
        "Collections": [shop.text(COLOURS), shop.text(THEMES)],
    }
    return _encode(properties)


def _message(shop: Shop) -> bytes:
    """Return a message event.

    It names its campaign or flow, neither when the campaign was deleted.
    """
    properties: dict[str, object] = {
        "$event_id": "@EVENT@",
        "Subject": f"{shop.text(THEMES)}: just for you",
        "Email Domain": "example.com",
        "Client Name": "Apple Mail",
        "Client OS": "iOS",
        "Client Type": "Mobile Email Client",
        "Client Canonical": "Apple Mail (iOS)",
        "Inbox Provider": "Apple Privacy Protection",
        "Bot Click": False,
        "$ESP": 0,
        "Transmission ID": shop.ids.uuid(),
        "machine_open": shop.chance(0.3),
        "URL": f"https://{DOMAIN}/{shop.random.randrange(1000)}?utm_source=klaviyo",
    }
    campaign, flow = shop.one("campaign"), shop.one("flow")
    origin = shop.random.randrange(5)
    if origin < 3 and campaign is not None:
        properties |= {"Campaign Name": shop.text(THEMES), "$message": campaign.id}
    elif origin == 3 and flow is not None:
        properties |= {"$flow": flow.id, "$message": shop.ids.short()}
    return _encode(properties)


def _product(shop: Shop) -> bytes:
    number = shop.random.randrange(900)
    properties = {
        "ProductName": shop.text(PRODUCTS),
        "ProductID": str(number),
        "Categories": [shop.text(COLOURS), "All"],
        "ImageURL": f"https://images.{DOMAIN}/{number}.png",
        "URL": f"https://{DOMAIN}/products/{number}",
        "Price": "@VALUE@",
        "$event_id": "@EVENT@",
        "ProductDescription": "Made of recycled yarn, cut in our own workshop, sent the same day.",
        "Brand": DOMAIN,
        "CompareAtPrice": 129.0,
        "browser": "Safari",
        "os": "macOS",
        "page": f"https://{DOMAIN}/collections/{number % 9}",
    }
    return _encode(properties)


def _custom(shop: Shop, metric: str) -> bytes:
    properties = {
        "$event_id": "@EVENT@",
        "$value": "@VALUE@",
        "sku": f"D{shop.random.randrange(9)}",
        "kind": metric,
        "campaign_source": f"https://{DOMAIN}/loyalty?utm_medium=email&utm_campaign=winback",
        "notes": ["delivered to the neighbour", "asked for a larger size"],
        "points": shop.random.randrange(500),
        "comment": f"{shop.text(THEMES)} — {shop.text(PRODUCTS)}",
        "store": {"name": shop.text(COLOURS), "country": "DK", "opening": ["09:00", "18:00"]},
        "answers": [shop.chance(0.5), shop.random.random(), None],
    }
    return _encode(properties)
