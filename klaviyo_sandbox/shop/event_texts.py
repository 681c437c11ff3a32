"""Ready texts of event properties: events are many, so each is stamped from a ready text."""

import json
from pathlib import Path

from klaviyo_sandbox.shop.blanks import Blanks
from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.shop.table import WORDS
from klaviyo_sandbox.store.json_text import JsonObject

EVENT_ID = b"@EVENT@"
VALUE = b"@VALUE@"
VARIANTS = 12
"""Texts per metric."""
_FOLDER = Path(__file__).parent
_PROPERTIES = json.loads((_FOLDER / "event_properties.json").read_text(encoding="utf-8"))
_KINDS = {
    "Order": "order",
    "Checkout": "order",
    "Cart": "order",
    "Email": "message",
    "Text": "message",
    "Push": "message",
    "Viewed Product": "product",
    "Active on Site": "product",
}
"""The kind of properties, by a part of the metric's name."""


def texts_of(shop: Shop, metric: str) -> list[bytes]:
    """Return property texts for events of the metric with this name."""
    kind = next((kind for part, kind in _KINDS.items() if part in metric), "other")
    return [_text(shop, kind, metric, number) for number in range(VARIANTS)]


def _text(shop: Shop, kind: str, metric: str, number: int) -> bytes:
    blanks = Blanks(shop, {}, shop.clock.now(), None, {"metric": metric, "number": number})
    properties = {**_PROPERTIES[kind], **(_origin(shop, number) if kind == "message" else {})}
    text = json.dumps(blanks.fill(properties), ensure_ascii=False, separators=(",", ":"))
    return text.replace('"@VALUE@"', "@VALUE@").encode()


def _origin(shop: Shop, number: int) -> JsonObject:
    """Return the properties that name a message's campaign or flow; empty for some."""
    campaign, flow = shop.one("campaign"), shop.one("flow")
    origin = number % 5
    if origin < 3 and campaign is not None:
        return {"Campaign Name": shop.random.choice(WORDS["theme"]), "$message": campaign.id}
    if origin == 3 and flow is not None:
        return {"$flow": flow.id, "$message": shop.ids.short()}
    return {}


def odd_texts() -> list[bytes]:
    """Return texts with all that JSON allows, to the digit."""
    return (_FOLDER / "odd_properties.jsonl").read_bytes().rstrip(b"\n").split(b"\n")
