"""Family Profiles: people, their consent and predictions, push tokens and conversations."""

import hashlib
from datetime import UTC, datetime, timedelta

from klaviyo_sandbox.shop.consent import subscriptions
from klaviyo_sandbox.shop.make import make
from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.shop.spread import moments
from klaviyo_sandbox.shop.table import WORDS
from klaviyo_sandbox.store.json_text import JsonObject, JsonValue
from klaviyo_sandbox.store.moment import seconds_text
from klaviyo_sandbox.store.row import Reference, Row

CITIES = (
    ("Copenhagen", "Denmark", "Capital Region", "2300", 55.66, 12.57, "Europe/Copenhagen"),
    ("Boston", "United States", "Massachusetts", "02108", 42.36, -71.06, "America/New_York"),
    ("München", "Germany", "Bayern", "80331", 48.14, 11.58, "Europe/Berlin"),
    ("Sydney", "Australia", "New South Wales", "2000", -33.87, 151.21, "Australia/Sydney"),
    ("São Paulo", "Brazil", "São Paulo", "01000-000", -23.55, -46.63, "America/Sao_Paulo"),
)
IMPORTED = 8
"""One in so many profiles was last touched by one big import, all in the same second."""
IMPORT_DAYS_AGO = 97
PUSH_EVERY = 20
CONVERSATION_EVERY = 25


def profile(shop: Shop, at: datetime, updated: datetime | None = None) -> Row:
    """Make a profile created at `at`, last changed at `updated` (some time since.

    When not given).
    """
    number = len(shop.world.table("profile"))
    changed = max(at, updated or shop.between(at))
    first, last = shop.text(WORDS["first_name"]), shop.text(WORDS["last_name"])
    seen = seconds_text(changed) if number % 3 else None
    email = f"person{number}@example.com" if number % 17 else None
    phone = f"+4530{number:06d}" if number % 4 == 0 else None
    return shop.put(
        Reference("profile", shop.ids.ulid(at)),
        {
            "email": email,
            "phone_number": phone,
            "external_id": f"shopify-{number * 7}" if number % 2 else None,
            "first_name": first,
            "last_name": last if number % 9 else None,
            "organization": None,
            "locale": "en-US" if number % 5 else "da-DK",
            "title": None,
            "image": None,
            "created": seconds_text(at),
            "updated": seconds_text(changed),
            "last_event_date": seen,
            "location": _location(shop, number),
            "properties": _properties(shop, number),
            "subscriptions": subscriptions(shop, number, at),
            "predictive_analytics": _predictions(shop, number),
            "hashed_email": _hashed(email),
            "hashed_phone_number": _hashed(phone),
        },
    )


def _hashed(text: str | None) -> str | None:
    """Return a hash of the `text`; which one Klaviyo takes, it does not say."""
    return hashlib.sha256(text.encode()).hexdigest() if text else None


def _location(shop: Shop, number: int) -> JsonObject:
    city, country, region, code, latitude, longitude, zone = CITIES[number % len(CITIES)]
    as_text = number % 6 == 0
    return {
        "address1": f"{shop.random.randrange(1, 200)} Main Street",
        "address2": None,
        "city": city,
        "country": country,
        "latitude": str(latitude) if as_text else latitude,
        "longitude": str(longitude) if as_text else longitude,
        "region": region,
        "zip": code,
        "timezone": zone,
        "ip": None,
    }


def _properties(shop: Shop, number: int) -> JsonObject:
    found: dict[str, JsonValue] = {
        "plan": shop.text(("free", "pro", "team")),
        "tags": [shop.text(WORDS["colour"]), shop.text(WORDS["colour"])],
        "score": shop.random.randrange(100),
    }
    if number % 11 == 0:
        found |= {
            "$source": -6,
            "": "empty name",
            "Línea 日本 😀": "a\u2028b",
            "nested": {"a": [{"b": None}]},
        }
    return found


def _predictions(shop: Shop, number: int) -> JsonObject:
    names = (
        "historic_clv",
        "predicted_clv",
        "total_clv",
        "historic_number_of_orders",
        "predicted_number_of_orders",
        "average_days_between_orders",
        "average_order_value",
        "churn_probability",
        "expected_date_of_next_order",
        "ranked_channel_affinity",
    )
    if number % 3:
        return dict.fromkeys(names)
    spent, expected = round(shop.random.uniform(10, 900), 2), round(shop.random.uniform(0, 90), 2)
    return {
        "historic_clv": spent,
        "predicted_clv": expected,
        "total_clv": round(spent + expected, 2),
        "historic_number_of_orders": shop.random.randrange(1, 12),
        "predicted_number_of_orders": round(shop.random.random(), 2),
        "average_days_between_orders": shop.random.randrange(5, 200),
        "average_order_value": round(spent / 3, 2),
        "churn_probability": round(shop.random.random(), 2),
        "expected_date_of_next_order": "2026-12-08T00:00:00",
        "ranked_channel_affinity": ["sms", "email", "push"],
    }


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
