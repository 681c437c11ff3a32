"""Family Campaigns: campaigns of each channel, their messages, and what a send leaves behind."""

from datetime import datetime, timedelta

from klaviyo_sandbox.shop.sender import sender
from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.shop.templates import used_template
from klaviyo_sandbox.shop.words import THEMES
from klaviyo_sandbox.store.json_text import JsonObject, JsonValue
from klaviyo_sandbox.store.moment import MICROS, micros, micros_text, seconds_text
from klaviyo_sandbox.store.row import Reference, Row, Value

CHANNELS = ("email", "sms", "mobile_push")
ARCHIVED_EVERY = 3
MISPLACED_EVERY = 4
"""One archived e-mail campaign in so many is sorted away from its place."""
_STATUSES = ("Sent", "Draft", "Scheduled", "Sent", "Cancelled", "Sent")
_TWO_DAYS = 2 * 86_400 * MICROS
BULKS = 3
"""Occasions on which half of the archived campaigns were archived, a handful at a time."""


def campaign(shop: Shop, at: datetime, updated: datetime | None = None) -> Row:
    """Make a campaign; channels, statuses and archived ones take turns."""
    number = len(shop.world.table("campaign"))
    channel = CHANNELS[number % len(CHANNELS)]
    archived = number // len(CHANNELS) % ARCHIVED_EVERY == ARCHIVED_EVERY - 1
    status = _STATUSES[number // len(CHANNELS) % len(_STATUSES)]
    changed = updated or shop.between(at)
    sent = None if status != "Sent" else changed - (changed - at) / 2
    reference = Reference("campaign", shop.ids.ulid(at))
    message = _message(shop, reference, channel, at, sent)
    facts: dict[str, Value] = {"messages.channel": channel}
    if shop.settings.unordered_archive and archived and channel == "email":
        facts["~updated_at"] = _misplaced(shop, micros(micros_text(changed)))
    row = shop.put(
        reference,
        {
            "name": f"{shop.text(THEMES)} {number}",
            "status": status,
            "archived": archived,
            "audiences": {
                "included": [one.id for one in shop.some("list", 2, least=1)],
                "excluded": [],
            },
            "send_options": {"use_smart_sending": True, "ignore_unsubscribes": False},
            "tracking_options": _tracking(channel),
            "send_strategy": _strategy(number, at),
            "created_at": micros_text(at),
            "scheduled_at": None if status == "Draft" else micros_text(at),
            "updated_at": micros_text(changed),
            "send_time": None if sent is None else micros_text(sent),
        },
        {"campaign-messages": [message], "tags": shop.some("tag", 2)},
        facts,
    )
    _jobs(shop, reference)
    return row


def _misplaced(shop: Shop, changed: int) -> int:
    """Return where the campaign is sorted: a moment off, every so often much more."""
    span = _TWO_DAYS if shop.random.randrange(MISPLACED_EVERY) == 0 else MICROS
    return changed + shop.random.randrange(-span, span)


def _strategy(number: int, at: datetime) -> JsonObject:
    when = seconds_text(at + timedelta(days=1))
    choices: tuple[JsonObject, ...] = (
        {"method": "static", "datetime": when, "options": {"is_local": False}},
        {"method": "immediate"},
        {"method": "throttled", "datetime": when, "throttle_percentage": 20},
        {"method": "smart_send_time", "date": when[:10]},
    )
    return choices[number % len(choices)]


def _tracking(channel: str) -> JsonValue:
    parameters: list[JsonValue] = [
        {"type": "static", "name": "utm_source", "value": "klaviyo"},
        {"type": "dynamic", "name": "utm_campaign", "value": "campaign_name"},
    ]
    common: JsonObject = {"add_tracking_params": True, "custom_tracking_params": parameters}
    if channel == "email":
        return {**common, "is_tracking_clicks": True, "is_tracking_opens": True}
    return common if channel == "sms" else None


def _message(
    shop: Shop, parent: Reference, channel: str, at: datetime, sent: datetime | None
) -> Reference:
    reference = Reference("campaign-message", shop.ids.ulid(at + timedelta(milliseconds=7)))
    times: list[JsonValue] = (
        [] if sent is None else [{"datetime": seconds_text(sent), "is_local": False}]
    )
    shop.put(
        reference,
        {
            "definition": _definition(shop.text(THEMES), channel),
            "send_times": times,
            "created_at": micros_text(at),
            "updated_at": micros_text(shop.between(at)),
        },
        {
            "campaign": parent,
            "template": used_template(shop) if channel == "email" else None,
            "image": shop.one("image") if channel == "mobile_push" else None,
        },
    )
    return reference


def _definition(theme: str, channel: str) -> JsonObject:
    if channel == "sms":
        render: JsonObject = {"shorten_links": True, "add_org_prefix": True, "add_info_link": True}
        return {
            "channel": "sms",
            "content": {"body": f"{theme}!", "media_url": None},
            "render_options": {**render, "add_opt_out_language": False},
        }
    if channel == "mobile_push":
        return {
            "channel": "mobile_push",
            "notification_type": "standard",
            "content": {"title": theme, "body": f"{theme} 🎉", "dynamic_image": None},
            "kv_pairs": {},
            "options": {"on_open": {"type": "open_app"}, "badge": None, "play_sound": False},
        }
    content: JsonObject = {
        "subject": f"{theme}: just for you",
        "preview_text": "Open me",
        **sender(),
    }
    return {"channel": "email", "label": theme, "content": content}


def _jobs(shop: Shop, reference: Reference) -> None:
    """Make the recipient estimation and the jobs; they carry the campaign's id."""
    shop.put(
        Reference("campaign-recipient-estimation", reference.id),
        {"estimated_recipient_count": shop.random.randrange(0, 3_000)},
    )
    shop.put(Reference("campaign-recipient-estimation-job", reference.id), {"status": "complete"})
    shop.put(Reference("campaign-send-job", reference.id), {"status": "complete"})


def build_campaigns(shop: Shop) -> None:
    """All campaigns; the archived ones were archived a handful at a time."""
    bulk = [shop.some_time(1, 90) for _ in range(BULKS)]
    for number in range(shop.settings.campaigns):
        at = shop.some_time()
        if number // len(CHANNELS) % ARCHIVED_EVERY == ARCHIVED_EVERY - 1 and number % 2 == 0:
            moment = max(shop.random.choice(bulk), at)
            campaign(shop, at, moment + timedelta(milliseconds=shop.random.randrange(900)))
        else:
            campaign(shop, at)
