"""Family Campaigns at revision 2026-10-15: campaigns, audiences, messages and variations.

Campaigns of the older model are in this model too, with the same ids: a revision is another
shape of the same data. Campaigns made on the canvas, with messages of several channels, are in this
model alone; whether Klaviyo leaves them out of the older is not known (docs/klaviyo-api.md).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from klaviyo_sandbox.shop.make import make
from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.store.json_text import load_object
from klaviyo_sandbox.store.moment import moment_of
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
    variations: int


def omni_campaign(shop: Shop, at: datetime) -> Row:
    """Make a campaign on the canvas: an e-mail in two variations and a WhatsApp message."""
    number = len(shop.world.table("omni-campaign"))
    reference = Reference("omni-campaign", shop.ids.ulid(at))
    messages = [
        _Message(shop.ids.ulid(at), "email", 2),
        _Message(shop.ids.ulid(at), "whatsapp", 1),
    ]
    links = _messages(shop, reference, messages, _STATUSES[number % len(_STATUSES)], at)
    return make(
        shop,
        "omni-campaign",
        at,
        self=reference,
        name=f"Canvas {number}",
        builder="canvas",
        archived=number % 6 == 5,
        tags=shop.some("tag", 2),
        **links,
    )


def _older(shop: Shop, row: Row) -> None:
    """Make the campaign `row` of the older model anew."""
    attributes = load_object(row.attributes)
    created, updated = _moment(row.value("created_at")), _moment(row.value("updated_at"))
    channel = str(row.value("messages.channel"))
    messages = [
        _Message(link.id, channel, variations=1)
        for link in each(row.relations["campaign-messages"])
    ]
    reference = Reference("omni-campaign", row.id)
    links = _messages(shop, reference, messages, str(attributes["status"]).lower(), created)
    make(
        shop,
        "omni-campaign",
        created,
        updated,
        self=reference,
        name=attributes["name"],
        builder="wizard",
        archived=attributes["archived"],
        tags=row.relations["tags"],
        **links,
    )


def _moment(value: Value) -> datetime:
    return moment_of(value if isinstance(value, int) else 0)


def _messages(
    shop: Shop, campaign: Reference, messages: Sequence[_Message], status: str, at: datetime
) -> dict[str, Links]:
    """Make a campaign's messages and their audience; return both as the campaign links them."""
    links = [Reference("omni-campaign-message", message.id) for message in messages]
    included = [one.id for one in shop.some("list", 2, least=1)]
    row = make(shop, "campaign-audience", at, campaign=campaign, messages=links, included=included)
    audience = Reference(row.type, row.id)
    for reference, message in zip(links, messages, strict=True):
        template = _template(shop, message)
        make(
            shop,
            "omni-campaign-message",
            at,
            self=reference,
            status=status,
            tracks=message.channel == "email",
            campaign=campaign,
            audience=audience,
            variations=[
                _variation(shop, reference, message.channel, template, at)
                for _ in range(message.variations)
            ],
            template=template,
        )
    return {"audiences": [audience], "messages": links}


def _template(shop: Shop, message: _Message) -> Reference | None:
    """Return the template of an e-mail: the older model's, or any of the library."""
    if message.channel != "email":
        return None
    older = shop.world.get(Reference("campaign-message", message.id))
    found = older.relations["template"] if older else shop.one("template")
    return found if isinstance(found, Reference) else None


def _variation(
    shop: Shop, message: Reference, channel: str, template: Reference | None, at: datetime
) -> Reference:
    number = len(shop.world.table("campaign-variation"))
    reference = Reference("campaign-variation", shop.ids.digest())
    translation = Reference("translation", f"{reference.type}::{channel}::{reference.id}")
    make(
        shop,
        reference.type,
        at,
        self=reference,
        content="email" if channel == "email" else "text",
        channel=channel,
        template_id=template.id if template else None,
        message=message,
        translation=translation if number % TRANSLATED_EVERY == 0 else None,
        image=shop.one("image") if channel == "mobile_push" else None,
    )
    return reference


def build_omni_campaigns(shop: Shop) -> None:
    """Make all campaigns of the older model, and those of the canvas."""
    for row in list(shop.world.table("campaign")):
        _older(shop, row)
    for _ in range(CANVAS if shop.settings.campaigns else 0):
        omni_campaign(shop, shop.some_time())
