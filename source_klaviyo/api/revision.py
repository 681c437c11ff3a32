"""Revisions of the API: which exist, how long each lives, and the headers that pin a revision."""

import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Final

logger = logging.getLogger("airbyte")

DEFAULT: Final = "2026-07-15"

USABLE: Final = ("2026-04-15", "2026-07-15", "2026-10-15")
"""The revisions that the streams are written for.

Older ones lack `page[size]` on most collections (Klaviyo exposed it in 2026-04-15).
"""

_LIFE_YEARS: Final = 2
"""One year stable and one deprecated, by Klaviyo's versioning policy."""


def retired_on(revision: str) -> date:
    """Return the day on which Klaviyo stops serving `revision` (an ISO date).

    >>> retired_on("2026-07-15").isoformat()
    '2028-07-15'
    """
    year, rest = revision.split("-", 1)
    return date.fromisoformat(f"{int(year) + _LIFE_YEARS}-{rest}")


def today() -> date:
    """Return today's date in UTC."""
    return datetime.fromtimestamp(time.time(), UTC).date()


def live(on: date) -> tuple[str, ...]:
    """Return the revisions that this connector can use on the day `on`, oldest first.

    >>> live(date(2028, 5, 1))
    ('2026-07-15', '2026-10-15')
    """
    return tuple(revision for revision in USABLE if on < retired_on(revision))


def complaint(revision: str, on: date) -> str | None:
    """Return in a sentence or two why `revision` cannot be used on the day `on`, None if it can.

    Guides of other tools write a revision as day, month and year (15/06/2024).

    >>> complaint("15/07/2026", date(2026, 11, 30))
    '15/07/2026 means revision 2026-07-15 (day/month/year). Write 2026-07-15.'
    """
    usable = live(on)
    if revision in usable:
        return None
    choice = f"Use one of: {', '.join(usable)}." if usable else "Update this connector."
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


@dataclass(slots=True)
class Retirements:
    """The days on which Klaviyo stops serving the requested revisions, from its answers.

    The header comes with each answer of a revision in its last year (recorded of 2025-04-15, since
    April 2026).
    """

    _dates: dict[str, date] = field(default_factory=dict)

    def note(self, revision: str, headers: Mapping[str, str]) -> None:
        """Note the header of an answer of `revision`; all threads may."""
        if told := headers.get("X-Klaviyo-Api-Retirement-Date"):
            try:
                self._dates[revision] = date.fromisoformat(told)
            except ValueError:
                return

    def warn(self) -> None:
        """Log a warning for each revision that has a date."""
        for revision, ends in sorted(self._dates.items()):
            logger.warning(
                "Klaviyo retires revision %s on %s. Update this connector, or set `revision` to a"
                " newer one.",
                revision,
                ends,
            )


def headers(revision: str) -> dict[str, str]:
    """Return the request headers that ask for JSON:API in `revision` and in no other.

    Without the opt-out Klaviyo answers a retired revision with the oldest live revision, in another
    shape and with status 200; with the opt-out, such a request fails with 410 (Klaviyo's guide on
    versioning).
    """
    return {
        "accept": "application/vnd.api+json",
        "revision": revision,
        "X-Klaviyo-Revision-Fall-Forward-Opt-Out": "1",
    }
