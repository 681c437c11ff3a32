"""Family Forms: sign-up forms and their versions."""

from datetime import datetime

from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.shop.words import THEMES
from klaviyo_sandbox.store.moment import seconds_text
from klaviyo_sandbox.store.row import Reference, Row

KINDS = ("popup", "flyout", "embed", "full_page", "banner")


def form(shop: Shop, at: datetime) -> Row:
    """Make a form with two versions; its definition is shown only on the form itself."""
    number = len(shop.world.table("form"))
    reference = Reference("form", shop.ids.short())
    status = ("live", "draft")[number % 2]
    for place in range(2):
        _version(shop, reference, at, f"Variation {'AB'[place]}", status)
    return shop.put(
        reference,
        {
            "name": f"{shop.text(THEMES)} form {number}",
            "status": status,
            "ab_test": number % 3 == 0,
            "created_at": seconds_text(at),
            "updated_at": seconds_text(shop.between(at)),
        },
        None,
        None,
        {
            "definition": {
                "versions": [
                    {
                        "id": number,
                        "steps": [{"id": "1", "columns": [], "name": "Email", "steps": []}],
                    }
                ]
            }
        },
    )


def _version(shop: Shop, parent: Reference, at: datetime, name: str, status: str) -> None:
    shop.put(
        Reference("form-version", shop.ids.number()),
        {
            "form_type": shop.text(KINDS),
            "variation_name": name,
            "ab_test": {"variation_name": name},
            "status": status,
            "created_at": seconds_text(at),
            "updated_at": seconds_text(shop.between(at)),
        },
        {"form": parent},
    )


def build_forms(shop: Shop) -> None:
    """All forms."""
    for _ in range(shop.settings.forms):
        form(shop, shop.some_time())
