"""Family Accounts: exactly one account."""

from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.shop.words import BRAND, DOMAIN
from klaviyo_sandbox.store.row import Reference, Row

ACCOUNT_ID = "FjRd01"


def account(shop: Shop) -> Row:
    """Make the account; its id is the public API key."""
    return shop.put(
        Reference("account", ACCOUNT_ID),
        {
            "test_account": False,
            "contact_information": {
                "default_sender_name": BRAND,
                "default_sender_email": f"hello@{DOMAIN}",
                "website_url": f"https://{DOMAIN}",
                "organization_name": BRAND,
                "street_address": {
                    "address1": "Kalvebod Brygge 1",
                    "address2": None,
                    "city": "Copenhagen",
                    "region": "Capital Region",
                    "country": "DK",
                    "zip": "1560",
                },
            },
            "industry": "Ecommerce, Apparel",
            "timezone": shop.settings.timezone,
            "preferred_currency": "EUR",
            "public_api_key": ACCOUNT_ID,
            "locale": "en-US",
        },
    )
