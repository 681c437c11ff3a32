"""Which revisions of the API there are, how long each lives, and the headers that pin one."""

from datetime import UTC, date, datetime
from typing import Final

DEFAULT: Final = "2026-07-15"

USABLE: Final = ("2026-04-15", "2026-07-15", "2026-10-15")
"""The revisions that the streams are written for.

Older ones lack `page[size]` on most collections (Klaviyo exposed it in 2026-04-15).
"""

_LIFE_YEARS: Final = 2
"""One year stable and one deprecated, by Klaviyo's versioning policy."""


def retired_on(revision: str) -> date:
    """Return the day on which Klaviyo stops serving `revision` (an ISO date)."""
    year, rest = revision.split("-", 1)
    return date.fromisoformat(f"{int(year) + _LIFE_YEARS}-{rest}")


def today() -> date:
    """Return today's date in UTC."""
    return datetime.now(UTC).date()


def live(on: date) -> tuple[str, ...]:
    """Return the revisions that this connector can use on the day `on`, oldest first."""
    return tuple(revision for revision in USABLE if on < retired_on(revision))


def complaint(revision: str, on: date) -> str | None:
    """Say in a sentence or two why `revision` cannot be used on the day `on`, None if it can.

    Guides of other tools write a revision as day, month and year (15/06/2024).
    """
    usable = live(on)
    if revision in usable:
        return None
    choice = f"Use one of: {', '.join(usable)}."
    iso = "-".join(reversed(revision.split("/")))
    meaning = f"{revision} means revision {iso} (day/month/year). " if iso != revision else ""
    try:
        retired = retired_on(iso)
    except ValueError:
        return f"Revision {revision!r} is not a revision of Klaviyo's API. {choice}"
    if iso in usable:
        return f"{meaning}Write {iso}."
    if on >= retired:
        return f"{meaning}Klaviyo retired revision {iso} on {retired}. {choice}"
    if iso < USABLE[0]:
        return f"{meaning}Revision {iso} is older than this connector can read. {choice}"
    return f"{meaning}Revision {iso} is not known to this connector. {choice}"


def headers(revision: str) -> dict[str, str]:
    """Return the request headers that ask for JSON:API in `revision` and in no other.

    Without the opt-out Klaviyo answers a retired revision with the oldest live one, in another
    shape and with status 200; with it, such a request fails with 410 (Klaviyo's guide on
    versioning).
    """
    return {
        "accept": "application/vnd.api+json",
        "revision": revision,
        "X-Klaviyo-Revision-Fall-Forward-Opt-Out": "1",
    }
