"""Instants as whole microseconds since 1970, and the ways Klaviyo writes them."""

from datetime import UTC, datetime, timedelta

MICROS = 1_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(text: str) -> int:
    """Return the instant written in `text`, in microseconds since 1970.

    Takes RFC 3339 with `T` or a space, any offset or none (then UTC), and a bare date.

    Raises:
        ValueError: the text is no date.
    """
    moment = datetime.fromisoformat(text)
    return micros_at(moment.replace(tzinfo=moment.tzinfo or UTC))


def micros_at(moment: datetime) -> int:
    """Return an instant with an offset in microseconds since 1970."""
    return (moment - _EPOCH) // _MICROSECOND


def moment_of(value: int) -> datetime:
    """Return the UTC datetime of `value` microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=value)


def seconds_text(moment: datetime) -> str:
    """`2026-09-04T13:38:55+00:00`, as in profiles, events, lists, segments and metrics."""
    return moment.astimezone(UTC).isoformat(timespec="seconds")


def micros_text(moment: datetime) -> str:
    """`2026-09-04T13:38:44.935203+00:00`, as in campaigns, flows and consent."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def spaced_text(moment: datetime) -> str:
    """`2026-06-23 00:15:23.918411+00:00`, the odd form some events and consents have."""
    return micros_text(moment).replace("T", " ")
