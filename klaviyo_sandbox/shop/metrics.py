"""Family Metrics: the kinds of events, and what is derived from them."""

from datetime import datetime

from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.store.json_text import JsonObject
from klaviyo_sandbox.store.moment import seconds_text
from klaviyo_sandbox.store.row import Reference, Row

INTEGRATIONS: dict[str, JsonObject] = {
    "klaviyo": {
        "object": "integration",
        "id": "0rG4eQ",
        "key": "klaviyo",
        "name": "Klaviyo",
        "category": "Internal",
    },
    "shopify": {
        "object": "integration",
        "id": "0eMvjm",
        "key": "shopify",
        "name": "Shopify",
        "category": {"id": "b3a6e6e5", "object": "category", "name": "eCommerce"},
    },
    "api": {
        "object": "integration",
        "id": "7FtS4J",
        "key": "api",
        "name": "API",
        "category": "API",
    },
}
"""`category` is text for some integrations and an object for others, as at Klaviyo."""
NAMES = {
    "klaviyo": (
        "Received Email",
        "Opened Email",
        "Clicked Email",
        "Bounced Email",
        "Dropped Email",
        "Marked Email as Spam",
        "Unsubscribed from Email Marketing",
        "Subscribed to Email Marketing",
        "Subscribed to List",
        "Unsubscribed from List",
        "Received Text Message",
        "Clicked Text Message",
        "Consented to Receive Text Message",
        "Unsubscribed from Text Message",
        "Received Push",
        "Opened Push",
        "Active on Site",
        "Viewed Form",
        "Submitted Form",
        "Closed Form",
        "Merged Profile",
    ),
    "shopify": (
        "Placed Order",
        "Ordered Product",
        "Fulfilled Order",
        "Fulfilled Partial Order",
        "Cancelled Order",
        "Refunded Order",
        "Started Checkout",
        "Added to Cart",
        "Viewed Product",
        "Confirmed Shipment",
        "Delivered Shipment",
        "Marked Out for Delivery",
    ),
    "api": (
        "Loyalty Points Earned",
        "Loyalty Tier Changed",
        "Support Ticket Opened",
        "Survey Answered",
        "Store Visit",
        "Gift Card Used",
        "Subscription Renewed",
    ),
}
MAPPED = (
    "added_to_cart",
    "cancelled_sales",
    "ordered_product",
    "refunded_sales",
    "revenue",
    "started_checkout",
    "viewed_product",
)
_PROPERTIES = ("$value", "$event_id", "Items", "Discount Code", "Campaign Name", "sku")


def metric(shop: Shop, at: datetime, name: str | None = None, integration: str = "api") -> Row:
    """Make a metric, with the properties its events have."""
    number = len(shop.world.table("metric"))
    row = shop.put(
        Reference("metric", shop.ids.short()),
        {
            "name": name or f"Custom Event {number}",
            "created": seconds_text(at),
            "updated": seconds_text(shop.between(at)),
            "integration": INTEGRATIONS[integration],
        },
    )
    for label in shop.random.sample(_PROPERTIES, 3):
        shop.put(
            Reference("metric-property", shop.ids.uuid()),
            {
                "label": label,
                "property": label,
                "inferred_type": "number" if label == "$value" else "string",
            },
            {"metric": Reference("metric", row.id)},
            None,
            {"sample_values": None},
        )
    return row


def custom_metric(shop: Shop, at: datetime) -> Row:
    """Make a custom metric over one or two metrics."""
    number = len(shop.world.table("custom-metric"))
    metrics = shop.some("metric", 2, least=1)
    return shop.put(
        Reference("custom-metric", shop.ids.uuid()),
        {
            "name": f"Net Revenue {number}",
            "created": seconds_text(at),
            "updated": seconds_text(shop.between(at)),
            "definition": {
                "aggregation_method": "value",
                "metric_groups": [
                    {"metric_id": reference.id, "metric_filters": None, "value_property": "$value"}
                    for reference in metrics
                ],
            },
        },
        {"metrics": metrics},
    )


def mapped_metric(shop: Shop, at: datetime, name: str) -> Row:
    """One of the fixed mappings from a business meaning to a metric, a custom one or nothing."""
    custom = shop.one("custom-metric") if name == "revenue" else None
    metric = None if custom else shop.one("metric")
    return shop.put(
        Reference("mapped-metric", name),
        {"updated": seconds_text(at)},
        {"metric": None if name == MAPPED[-1] else metric, "custom-metric": custom},
    )


def build_metrics(shop: Shop) -> None:
    """All metrics and mappings."""
    for integration, names in NAMES.items():
        for name in names:
            metric(shop, shop.some_time(700, 900), name, integration)
    for _ in range(6):
        custom_metric(shop, shop.some_time())
    for name in MAPPED:
        mapped_metric(shop, shop.some_time(), name)
