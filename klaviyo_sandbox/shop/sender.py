"""Whom the shop's e-mails are from."""

from klaviyo_sandbox.shop.words import BRAND, DOMAIN
from klaviyo_sandbox.store.json_text import JsonObject


def sender(unset: str | None = None) -> JsonObject:
    """Return an e-mail's addresses; `unset` is how its model writes one that is not given."""
    return {
        "from_email": f"hello@{DOMAIN}",
        "from_label": BRAND,
        "reply_to_email": unset,
        "cc_email": unset,
        "bcc_email": unset,
    }
