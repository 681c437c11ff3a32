"""Family Tracking Settings: exactly one."""

from klaviyo_sandbox.shop.accounts import ACCOUNT_ID
from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.store.json_text import JsonObject
from klaviyo_sandbox.store.row import Reference, Row


def tracking_setting(shop: Shop) -> Row:
    """Make the account's UTM parameters."""
    source: JsonObject = {
        "flow": {"type": "static", "value": "klaviyo"},
        "campaign": {"type": "static", "value": "klaviyo"},
    }
    campaign: JsonObject = {
        "flow": {"type": "dynamic", "value": "flow_name"},
        "campaign": {"type": "dynamic", "value": "campaign_name"},
    }
    return shop.put(
        Reference("tracking-setting", ACCOUNT_ID),
        {
            "auto_add_parameters": True,
            "utm_source": source,
            "utm_medium": source,
            "utm_campaign": campaign,
            "utm_id": None,
            "utm_term": None,
            "custom_parameters": [{**source, "name": "shop"}],
        },
    )
