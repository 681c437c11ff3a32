"""A profile's consent per channel, as `additional-fields[profile]=subscriptions` shows it."""

from datetime import datetime

from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.store.json_text import JsonObject, JsonValue
from klaviyo_sandbox.store.moment import micros_text, spaced_text

REASONS = ("UNSUBSCRIBE", "SPAM_COMPLAINT", "HARD_BOUNCE", "INVALID_EMAIL", "USER_SUPPRESSED")


def subscriptions(shop: Shop, number: int, created: datetime) -> JsonObject:
    """Consent of profile `number`; some are suppressed, for all lists or for one."""
    when = micros_text(shop.between(created)) if number % 13 else spaced_text(shop.between(created))
    suppression: list[JsonValue] = []
    per_list: list[JsonValue] = []
    if number % 10 == 0:
        suppression.append({"reason": REASONS[number // 10 % len(REASONS)], "timestamp": when})
    if number % 15 == 0:
        chosen = shop.one("list")
        if chosen is not None:
            per_list.append({"list_id": chosen.id, "reason": "UNSUBSCRIBE", "timestamp": when})
    agreed = number % 2 == 0
    return {
        "email": {
            "marketing": {
                "can_receive_email_marketing": not suppression,
                "consent": "SUBSCRIBED" if agreed else "NEVER_SUBSCRIBED",
                "consent_timestamp": when if agreed else None,
                "last_updated": when if agreed else None,
                "method": "FORM" if agreed else None,
                "method_detail": "Website Sign-up" if agreed else None,
                "custom_method_detail": None,
                "double_optin": agreed,
                "suppression": suppression,
                "list_suppressions": per_list,
            },
            "open_tracking": {
                "consent": "NEVER_SUBSCRIBED",
                "can_receive": False,
                "valid_until": None,
            },
            "click_tracking": {},
        },
        "sms": {
            "marketing": {
                "can_receive_sms_marketing": number % 8 == 0,
                "consent": "SUBSCRIBED" if number % 8 == 0 else "NEVER_SUBSCRIBED",
                "consent_timestamp": when if number % 8 == 0 else None,
                "method": None,
                "method_detail": None,
                "last_updated": None,
            },
            "transactional": {
                "can_receive_sms_transactional": False,
                "consent": "NEVER_SUBSCRIBED",
            },
        },
        "mobile_push": {
            "marketing": {
                "can_receive_push_marketing": False,
                "consent": "NEVER_SUBSCRIBED",
                "consent_timestamp": None,
            }
        },
        "whatsapp": None,
    }
