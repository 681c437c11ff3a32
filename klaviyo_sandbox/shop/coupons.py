"""Family Coupons: coupons and their codes."""

from datetime import datetime, timedelta

from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.store.moment import seconds_text
from klaviyo_sandbox.store.row import Reference, Row

COUPONS = ("WELCOME10", "VIP20", "BIRTHDAY", "WINBACK", "FREESHIP", "BLACKFRIDAY")
_STATUSES = ("UNASSIGNED", "ASSIGNED_TO_PROFILE", "USED")


def coupon(shop: Shop, _at: datetime, name: str | None = None) -> Row:
    """Make a coupon; its id is its name."""
    external = name or f"COUPON{len(shop.world.table('coupon'))}"
    return shop.put(
        Reference("coupon", external),
        {
            "external_id": external,
            "description": f"Coupon {external}",
            "monitor_configuration": None,
        },
    )


def coupon_code(shop: Shop, at: datetime) -> Row:
    """Make a code of one of the coupons; it may be assigned to a profile."""
    number = len(shop.world.table("coupon-code"))
    parent = shop.one("coupon")
    status = _STATUSES[number % len(_STATUSES)]
    code = f"{number:05d}X"
    return shop.put(
        Reference("coupon-code", f"{parent.id if parent else ''}-{code}"),
        {
            "unique_code": code,
            "expires_at": seconds_text(at + timedelta(days=700)),
            "status": status,
        },
        {"coupon": parent, "profile": None if status == "UNASSIGNED" else shop.one("profile")},
    )


def build_coupons(shop: Shop) -> None:
    """All coupons and codes."""
    for name in COUPONS:
        coupon(shop, shop.clock.now(), name)
    for _ in range(shop.settings.coupon_codes):
        coupon_code(shop, shop.some_time())
