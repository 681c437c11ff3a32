"""Family Text Messaging: senders, their registrations, and the account's configuration."""

from datetime import datetime, timedelta

from klaviyo_sandbox.shop.accounts import ACCOUNT_ID
from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.shop.words import BRAND
from klaviyo_sandbox.store.moment import seconds_text
from klaviyo_sandbox.store.row import Reference, Row

COUNT = 23
"""More than one page of 20."""
_STATUSES = (
    ("active", "approved"),
    ("registering", "in_review"),
    ("registration_failed", "rejected"),
)


def text_messaging_sender(shop: Shop, at: datetime) -> Row:
    """Make a toll-free number and its registration; every seventh sender has none."""
    number = len(shop.world.table("text-messaging-sender"))
    status, decision = _STATUSES[number % len(_STATUSES)]
    sender = Reference("text-messaging-sender", shop.ids.ulid(at))
    registration = Reference("text-messaging-sender-registration", shop.ids.ulid(at))
    registered = number % 7 != 6
    if registered:
        decided = at + timedelta(hours=5)
        rejected = decision == "rejected"
        shop.put(
            registration,
            {
                "status": decision,
                "failures": [{"detail": "The opt-in is not described."}] if rejected else [],
                "created_at": seconds_text(at),
                "updated_at": seconds_text(decided),
                "submitted_at": seconds_text(at + timedelta(hours=1)),
                "decided_at": None if decision == "in_review" else seconds_text(decided),
            },
            {"text-messaging-sender": sender},
        )
    return shop.put(
        sender,
        {
            "sender_type": "toll_free",
            "sender_details": {"country": "US"},
            "status": status if registered else "pending_registration",
            "created_at": seconds_text(at),
            "forwarding_number": None,
            "sender_identifier": f"+1800555{1000 + number}" if status == "active" else None,
        },
        {"text-messaging-sender-registration": registration if registered else None},
    )


def build_text_messaging(shop: Shop) -> None:
    """All senders, and the one configuration; its id is the account's."""
    for _ in range(COUNT):
        text_messaging_sender(shop, shop.some_time(newest_days=2))
    at = shop.some_time(oldest_days=900, newest_days=800)
    shop.put(
        Reference("text-messaging-configuration", ACCOUNT_ID),
        {
            "org_prefix": BRAND,
            "opt_out_language": "Reply STOP to opt out",
            "status": "active",
            "created_at": seconds_text(at),
            "updated_at": seconds_text(shop.between(at)),
        },
    )
