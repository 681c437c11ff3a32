"""The API revision of a request.

A revision lives two years. A request for a retired revision gets the oldest live revision, or a
410 if the client has opted out. Source: Klaviyo's versioning guide.
"""

import re
from datetime import date

from klaviyo_sandbox.api.errors import ApiError
from klaviyo_sandbox.web.request import Request

LIVE = (
    "2025-01-15",
    "2025-04-15",
    "2025-07-15",
    "2025-10-15",
    "2026-01-15",
    "2026-04-15",
    "2026-07-15",
    "2026-10-15",
)
OPT_OUT = "x-klaviyo-revision-fall-forward-opt-out"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(\.pre)?")


def revision_of(request: Request) -> str:
    """Return the live revision for the request.

    Raises:
        ApiError: 400 without a valid `revision` header; 410 for a retired one after opting out.
    """
    asked = request.headers.get("revision")
    if not asked:
        raise ApiError(400, "invalid", "A revision header is required.", pointer="/data/")
    if asked in LIVE:
        return asked
    if _DATE.fullmatch(asked) and asked < LIVE[0]:
        if request.headers.get(OPT_OUT) == "1":
            detail = f"API revision {asked} has been retired. The oldest one served is {LIVE[0]}."
            raise ApiError(410, "gone", detail)
        return LIVE[0]
    raise ApiError(400, "invalid", f"'{asked}' is not a valid API revision.", pointer="/data/")


def retirement_header(revision: str, today: date) -> dict[str, str]:
    """Return the header of a revision's answers in the second of its two years (recorded)."""
    released = date.fromisoformat(revision)
    if today < released.replace(year=released.year + 1):
        return {}
    ends = released.replace(year=released.year + 2)
    return {"X-Klaviyo-Api-Retirement-Date": ends.isoformat()}
