"""Dates as in the headers of answers."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def moment_of(header: str | None) -> datetime | None:
    """Return the moment that a header like `Date` names, None where it names none.

    One without a zone is in UTC.
    """
    try:
        moment = parsedate_to_datetime(header or "")
    except (ValueError, OverflowError):  # the latter where a number is too large for a date
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
