"""Resources with another model at a revision, but the same JSON:API type.

Revision 2026-10-15 rewrote campaigns and their messages. The shop holds both models side by side:
the newer under types of its own, never shown in answers. "Omni" is the word of Klaviyo's SDK.
"""

REMODELLED = {"campaign": "omni-campaign", "campaign-message": "omni-campaign-message"}
"""From the type in an answer of 2026-10-15 to the type in the shop."""
USED_TEMPLATE = "used-template"
"""The templates that messages use. Klaviyo lists those of the library alone, and serves these by id
(measured live by a maintainer of another connector, 2026-08-30)."""
_WIRE = {**{kept: shown for shown, kept in REMODELLED.items()}, USED_TEMPLATE: "template"}


def wire_type(resource_type: str) -> str:
    """Return the type as answers show it."""
    return _WIRE.get(resource_type, resource_type)
