"""The forms that Klaviyo's ids have."""

import re

from klaviyo_sandbox.api.errors import ApiError

_ULID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
_SHORT = re.compile(r"[A-Za-z0-9]{6}")
_FORMS = {
    "campaigns": _ULID,
    "campaign-messages": _ULID,
    "profiles": _ULID,
    "flows": _SHORT,
    "lists": _SHORT,
    "metrics": _SHORT,
    "segments": _SHORT,
    "templates": _SHORT,
    "flow-actions": re.compile(r"\d+"),
}
"""Per collection; those not named take any id."""


def check_form(collection: str, item_id: str) -> None:
    """Let an id pass that has the form of its `collection`, such as `campaigns`.

    Raises:
        ApiError: 400; an id of the right form that nothing has is a 404 instead.
    """
    form = _FORMS.get(collection)
    if form is not None and not form.fullmatch(item_id):
        raise ApiError(400, "invalid", f"'{item_id}' is not a valid id.", pointer="/data/id")
