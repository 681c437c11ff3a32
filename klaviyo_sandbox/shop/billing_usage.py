"""Family Billing: what is used of the plan in the current period, by type of usage."""

from datetime import timedelta

from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.store.moment import seconds_text
from klaviyo_sandbox.store.row import Reference

_PLAN = (
    ("profiles", "profiles", 0.6, 5_000),
    ("email", "messages", 0.41, 50_000),
    ("sms", "credits", 0.8312, 1_250),
)


def build_billing_usage(shop: Shop) -> None:
    """Make a row a type of usage; the type is its id."""
    now = shop.clock.now()
    start = now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    end = (start + timedelta(days=32)).replace(day=1)
    for name, unit, share, most in _PLAN:
        shop.put(
            Reference("billing-usage", name),
            {
                "usage_used": round(share * most, 4),
                "usage_max": most,
                "unit": unit,
                "period_start": seconds_text(start),
                "period_end": seconds_text(end),
                "as_of": seconds_text(now),
            },
        )
