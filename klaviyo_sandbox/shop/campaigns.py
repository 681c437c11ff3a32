"""Family Campaigns: campaigns of each channel, their messages, and jobs of sends."""

from datetime import datetime, timedelta

from klaviyo_sandbox.shop.make import make
from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.shop.templates import used_template
from klaviyo_sandbox.store.moment import MICROS, micros_at, micros_text, seconds_text
from klaviyo_sandbox.store.row import Reference, Row

CHANNELS = ("email", "sms", "mobile_push")
ARCHIVED_EVERY = 3
MISPLACED_EVERY = 4
"""One archived e-mail campaign in so many is sorted far from its place. The Klaviyo connector of
Estuary reports that archived campaigns come out of order."""
_STATUSES = ("Sent", "Draft", "Scheduled", "Sent", "Cancelled", "Sent")
_TWO_DAYS = 2 * 86_400 * MICROS
_LEFT_BEHIND = (
    "campaign-recipient-estimation",
    "campaign-recipient-estimation-job",
    "campaign-send-job",
)
"""Types of which each campaign has one, with its id."""
BULKS = 3
"""Occasions on which half of the archived campaigns were archived, a handful at a time."""


def campaign(shop: Shop, at: datetime, updated: datetime | None = None) -> Row:
    """Make a campaign with its message; channels, statuses and archived ones take turns."""
    number = len(shop.world.table("campaign"))
    channel = CHANNELS[number % len(CHANNELS)]
    turn = number // len(CHANNELS)
    archived = turn % ARCHIVED_EVERY == ARCHIVED_EVERY - 1
    status = _STATUSES[turn % len(_STATUSES)]
    changed = updated or shop.between(at)
    sent = changed - (changed - at) / 2 if status == "Sent" else None
    reference = Reference("campaign", shop.ids.ulid(at))
    moves = archived and channel == "email"
    row = make(
        shop,
        "campaign",
        at,
        changed,
        self=reference,
        channel=channel,
        status=status,
        archived=archived,
        lists=[one.id for one in shop.some("list", 2, least=1)],
        scheduled=None if status == "Draft" else micros_text(at),
        sent=None if sent is None else micros_text(sent),
        messages=[_message(shop, reference, channel, at, sent)],
        place=_misplaced(shop, changed) if moves else None,
    )
    for kind in _LEFT_BEHIND:
        make(shop, kind, at, campaign=reference.id)
    return row


def _message(
    shop: Shop, parent: Reference, channel: str, at: datetime, sent: datetime | None
) -> Reference:
    times = [] if sent is None else [{"datetime": seconds_text(sent), "is_local": False}]
    row = make(
        shop,
        "campaign-message",
        at,
        channel=channel,
        campaign=parent,
        send_times=times,
        template=used_template(shop) if channel == "email" else None,
        image=shop.one("image") if channel == "mobile_push" else None,
    )
    return Reference(row.type, row.id)


def _misplaced(shop: Shop, changed: datetime) -> int:
    """Return where the campaign is sorted: a moment off, every so often much more."""
    span = _TWO_DAYS if shop.random.randrange(MISPLACED_EVERY) == 0 else MICROS
    return micros_at(changed) + shop.random.randrange(-span, span)


def build_campaigns(shop: Shop) -> None:
    """Make all campaigns; the archived ones were archived a handful at a time."""
    bulk = [shop.some_time(1, 90) for _ in range(BULKS)]
    for number in range(shop.settings.campaigns):
        at = shop.some_time()
        if number // len(CHANNELS) % ARCHIVED_EVERY == ARCHIVED_EVERY - 1 and number % 2 == 0:
            moment = max(shop.random.choice(bulk), at)
            campaign(shop, at, moment + timedelta(milliseconds=shop.random.randrange(900)))
        else:
            campaign(shop, at)
