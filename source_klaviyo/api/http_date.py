"""Dates in the headers of answers."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def moment_of(header: str | None) -> datetime | None:
    """Return the moment in a header like `Date`, None without a readable date.

    A date without a zone is in UTC.

    >>> moment_of("Mon, 30 Nov 2026 08:00:00 GMT").isoformat()
    '2026-11-30T08:00:00+00:00'
    """
    try:
        moment = parsedate_to_datetime(header or "")
    except (ValueError, OverflowError):  # the latter where a number is too large for a date
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
