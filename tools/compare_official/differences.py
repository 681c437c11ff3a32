"""What our records have in another way than the official connector's, on purpose.

`docs/migrating.md` says why, and gives the SQL; a test holds the page against this list.
"""

from collections.abc import Mapping
from typing import Final

DIFFERENT_ON_PURPOSE: Final[Mapping[str, frozenset[str]]] = {
    "campaigns_detailed": frozenset({"estimated_recipient_count"}),
}
"""By stream: the paths whose values differ."""

_MESSAGE: Final = "campaign_messages[].attributes"

RENAMED: Final[Mapping[str, Mapping[str, str]]] = {
    "campaigns": {
        "attributes.message": "relationships.campaign-messages.data[].id",
        "attributes.send_strategy.options_static.datetime": "attributes.send_strategy.datetime",
        "attributes.send_strategy.options_static.is_local": (
            "attributes.send_strategy.options.is_local"
        ),
        "attributes.send_strategy.options_static.send_past_recipients_immediately": (
            "attributes.send_strategy.options.send_past_recipients_immediately"
        ),
        "attributes.send_strategy.options_throttled.datetime": "attributes.send_strategy.datetime",
        "attributes.send_strategy.options_throttled.throttle_percentage": (
            "attributes.send_strategy.throttle_percentage"
        ),
        "attributes.send_strategy.options_sto.date": "attributes.send_strategy.date",
        "attributes.tracking_options.is_add_utm": "attributes.tracking_options.add_tracking_params",
        "attributes.tracking_options.utm_params": (
            "attributes.tracking_options.custom_tracking_params"
        ),
    },
    "campaigns_detailed": {
        f"{_MESSAGE}.label": f"{_MESSAGE}.definition.label",
        f"{_MESSAGE}.channel": f"{_MESSAGE}.definition.channel",
        f"{_MESSAGE}.content": f"{_MESSAGE}.definition.content",
        f"{_MESSAGE}.render_options": f"{_MESSAGE}.definition.render_options",
    },
}
"""By stream: the paths that Klaviyo itself has renamed since revision 2024-10-15, for which the
official connector asks. `campaigns_detailed` has those of `campaigns` as well."""
