"""Family Profiles: people, their consent and predictions, push tokens and conversations."""

import hashlib
from datetime import UTC, datetime, timedelta

from klaviyo_sandbox.shop.make import make
from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.shop.spread import moments
from klaviyo_sandbox.store.json_text import JsonObject
from klaviyo_sandbox.store.moment import micros_text, spaced_text
from klaviyo_sandbox.store.row import Row

IMPORTED = 8
"""One in so many profiles was last touched by one big import, all in the same second."""
IMPORT_DAYS_AGO = 97
PUSH_EVERY = 20
CONVERSATION_EVERY = 25
REASONS = ("UNSUBSCRIBE", "SPAM_COMPLAINT", "HARD_BOUNCE", "INVALID_EMAIL", "USER_SUPPRESSED")


def profile(shop: Shop, at: datetime, updated: datetime | None = None) -> Row:
    """Make a profile created `at`, last changed at `updated`, or at a random time since."""
    number = len(shop.world.table("profile"))
    email = f"person{number}@example.com" if number % 17 else None
    phone = f"+4530{number:06d}" if number % 4 == 0 else None
    agreed = shop.between(at)
    when = micros_text(agreed) if number % 13 else spaced_text(agreed)
    return make(
        shop,
        "profile",
        at,
        max(at, updated) if updated else None,
        email=email,
        phone=phone,
        hashed_email=_hashed(email),
        hashed_phone=_hashed(phone),
        when=when,
        reason=REASONS[number // 10 % len(REASONS)],
        list_suppressions=_of_lists(shop, when) if number % 15 == 0 else [],
    )


def _hashed(text: str | None) -> str | None:
    """Return a hash of the `text`; Klaviyo's own is not documented."""
    return hashlib.sha256(text.encode()).hexdigest() if text else None


def _of_lists(shop: Shop, when: str) -> list[JsonObject]:
    """Return a suppression for one list alone."""
    chosen = shop.one("list")
    if chosen is None:
        return []
    return [{"list_id": chosen.id, "reason": "UNSUBSCRIBE", "timestamp": when}]


def build_profiles(shop: Shop) -> None:
    """All profiles with their push tokens and conversations."""
    imported = (shop.clock.now() - timedelta(days=IMPORT_DAYS_AGO)).replace(microsecond=0)
    settings = shop.settings
    spread = settings.profile_spread or settings.spread
    in_shop = spread == "shop"
    now = shop.clock.now()
    seconds = moments(settings.profiles, spread, settings.spread_years, now, shop.random)
    for number, second in enumerate(seconds):
        changed = datetime.fromtimestamp(second, UTC)
        if in_shop and number % IMPORTED == 0:
            changed = imported
        profile(shop, changed - timedelta(days=shop.random.uniform(0, 300)), changed)
    known = len(shop.world.table("profile"))
    for _ in range(min(known, max(110, known // PUSH_EVERY))):
        make(shop, "push-token", shop.some_time())
    for _ in range(min(known, known // CONVERSATION_EVERY)):
        make(shop, "conversation", shop.some_time())
