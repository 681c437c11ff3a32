"""Family Campaigns as revision 2026-10-15 has it: campaigns, audiences, messages and variations.

A campaign of the older model is one of this model too, with the same ids: a revision is another
shape of the same data. Those made on the canvas, with messages of several channels, are in this one
alone; whether Klaviyo leaves them out of the older one is not known (docs/klaviyo-api.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from klaviyo_sandbox.shop.sender import sender
from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.shop.words import THEMES
from klaviyo_sandbox.store.json_text import JsonObject, load_object
from klaviyo_sandbox.store.moment import micros_text, moment_of
from klaviyo_sandbox.store.row import Links, Reference, Row, Value, each

CANVAS = 12
"""Campaigns that only this model has."""
TRANSLATED_EVERY = 5
_STATUSES = ("sent", "draft", "scheduled", "cancelled")


@dataclass(frozen=True, slots=True)
class _Message:
    """A message to be made."""

    id: str
    channel: str
    status: str
    variations: int


def omni_campaign(shop: Shop, at: datetime) -> Row:
    """Make a campaign on the canvas: an e-mail in two variations and a WhatsApp message."""
    number = len(shop.world.table("omni-campaign"))
    status = _STATUSES[number % len(_STATUSES)]
    return _campaign(
        shop,
        shop.ids.ulid(at),
        {"name": f"{shop.text(THEMES)} {number}", "builder": "canvas", "archived": number % 6 == 5},
        (at, shop.between(at)),
        [
            _Message(shop.ids.ulid(at), "email", status, 2),
            _Message(shop.ids.ulid(at), "whatsapp", status, 1),
        ],
        shop.some("tag", 2),
    )


def _older(shop: Shop, row: Row) -> None:
    """Make the campaign `row` of the older model anew."""
    attributes = load_object(row.attributes)
    created, updated = row.value("created_at"), row.value("updated_at")
    messages = [
        _Message(
            message.id,
            str(row.value("messages.channel")),
            str(attributes["status"]).lower(),
            1,
        )
        for message in each(row.relations["campaign-messages"])
    ]
    _campaign(
        shop,
        row.id,
        {"name": attributes["name"], "builder": "wizard", "archived": attributes["archived"]},
        (_moment(created), _moment(updated)),
        messages,
        row.relations["tags"],
    )


def _moment(value: Value) -> datetime:
    return moment_of(value if isinstance(value, int) else 0)


def _campaign(
    shop: Shop,
    campaign_id: str,
    definition: JsonObject,
    times: tuple[datetime, datetime],
    messages: Sequence[_Message],
    tags: Links,
) -> Row:
    """Make a campaign with one audience and its `messages`; `times` are created and updated."""
    reference = Reference("omni-campaign", campaign_id)
    audience = Reference("campaign-audience", shop.ids.digest())
    links = [Reference("omni-campaign-message", message.id) for message in messages]
    shop.put(
        audience,
        {
            **shop.stamps(times[0]),
            "definition": {
                "name": f"Audience of {definition['name']}",
                "included": [one.id for one in shop.some("list", 2, least=1)],
                "excluded": [],
                "priority": 1,
            },
        },
        {"campaign": reference, "campaign-messages": links},
    )
    for message in messages:
        _message(shop, message, reference, audience, times[0])
    settings: JsonObject = {
        "send_timezone": "UTC",
        "send_strategy": "static",
        "send_passed_rltz_immediately": False,
        "exit_condition_enabled": False,
        "exit_condition_conversion_metric_id": None,
    }
    return shop.put(
        reference,
        {
            "created_at": micros_text(times[0]),
            "updated_at": micros_text(times[1]),
            "definition": {
                **definition,
                "color": None,
                "description": None,
                "send_settings": settings,
            },
        },
        {"campaign-audiences": [audience], "campaign-messages": links, "tags": tags},
    )


def _message(
    shop: Shop, message: _Message, campaign: Reference, audience: Reference, at: datetime
) -> None:
    reference = Reference("omni-campaign-message", message.id)
    email = message.channel == "email"
    older = shop.world.get(Reference("campaign-message", message.id))
    found = older.relations["template"] if older else shop.one("template")
    template = found if email and isinstance(found, Reference) else None
    tracking: JsonObject = {
        "is_add_utm": True,
        "is_tracking_clicks": email,
        "is_tracking_opens": email,
    }
    options: JsonObject = {
        "send_time": micros_text(at + timedelta(days=1)),
        "send_times": None,
        "send_strategy": "static",
        "recipient_percentage": None,
        "throttling_type": "none",
        "throttle_unit": None,
        "is_ignoring_unsubscribes": False,
    }
    shop.put(
        reference,
        {
            **shop.stamps(at),
            "definition": {
                "name": shop.text(THEMES),
                "status": message.status,
                "tracking_options": tracking,
                "send_options": options,
                "ab_test": None,
            },
        },
        {
            "campaign": campaign,
            "campaign-audience": audience,
            "campaign-variations": [
                _variation(shop, reference, message.channel, template, at)
                for _ in range(message.variations)
            ],
            "tags": shop.some("tag", 2),
            "template": template,
        },
        {"campaign_id": campaign.id},
    )


def _variation(
    shop: Shop, message: Reference, channel: str, template: Reference | None, at: datetime
) -> Reference:
    number = len(shop.world.table("campaign-variation"))
    reference = Reference("campaign-variation", shop.ids.digest())
    translation = Reference("translation", f"{reference.type}::{channel}::{reference.id}")
    shop.put(
        reference,
        {
            **shop.stamps(at),
            "definition": {
                "name": f"Variation {number}",
                "details": _details(shop, channel, template),
            },
        },
        {
            "campaign-message": message,
            "translation": translation if number % TRANSLATED_EVERY == 0 else None,
            "image": shop.one("image") if channel == "mobile_push" else None,
        },
    )
    return reference


def _details(shop: Shop, channel: str, template: Reference | None) -> JsonObject:
    """Return the content; its members are those of Klaviyo's OpenAPI 2026-07-15.pre."""
    theme = shop.text(THEMES)
    if channel != "email":
        return {"channel": channel, "body": f"{theme}!"}
    return {
        "channel": channel,
        "template_id": template.id if template else None,
        **sender(unset=""),
        "subject": f"{theme}: just for you",
        "preview_text": "Open me",
    }


def build_omni_campaigns(shop: Shop) -> None:
    """All campaigns of the older model, and those of the canvas."""
    for row in list(shop.world.table("campaign")):
        _older(shop, row)
    for _ in range(CANVAS if shop.settings.campaigns else 0):
        omni_campaign(shop, shop.some_time())
