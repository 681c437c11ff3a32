"""Checks and conversions of settings' values."""

import csv
import ipaddress
import re
import time
from datetime import UTC, datetime
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import requests

from source_klaviyo.api import revision as revisions
from source_klaviyo.config.dimensions import DIMENSIONS
from source_klaviyo.suggestion import did_you_mean

KLAVIYO = "https://a.klaviyo.com"

_BEGINNING = datetime.fromtimestamp(0, UTC)


def host_address(url: str) -> str:
    """Return the address of a host that may receive a user's own key. Raises ValueError."""
    complaint = f"must be a host's address like {KLAVIYO}"
    try:
        parts = urlsplit(url)
        address = f"{parts.scheme}://{parts.netloc}"
        requests.Request("GET", address).prepare()
    except ValueError:  # as requests' errors of malformed addresses are
        raise ValueError(complaint) from None
    beyond = (parts.path.strip("/"), parts.query, parts.fragment)
    if not parts.hostname or "@" in parts.netloc or any(beyond):
        raise ValueError(complaint)
    if parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname)):
        return address
    raise ValueError("must begin with https:// (plain http is for this machine's own addresses)")


def klaviyo_or_loopback(url: str) -> str:
    """Return the address of a host that may receive OAuth's secrets. Raises ValueError.

    The secrets are an app's, and open every account that has allowed the app: with Airbyte's
    sign-in button the platform's own app, whose secret no user may send anywhere else.
    """
    address = host_address(url)
    parts = urlsplit(address)
    if address.lower() != KLAVIYO and not _is_loopback(parts.hostname or ""):
        raise ValueError(f"with OAuth it must be {KLAVIYO}, or an address of this machine")
    return address


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def usable_revision(revision: str) -> str:
    """Return a revision that Klaviyo serves, without blanks around it. Raises ValueError."""
    revision = revision.strip()
    if complaint := revisions.complaint(revision, revisions.today()):
        raise ValueError(complaint)
    return revision


def moment_of(value: object) -> datetime:
    """Return the moment in a text, in UTC without a timezone. Raises ValueError.

    A moment before 1970 becomes 1970: windows begin there, and Klaviyo has nothing older.
    """
    if not isinstance(value, str):
        raise ValueError("must be text like 2024-01-31T00:00:00Z")  # noqa: TRY004  pydantic's way
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        raise ValueError("must be a date like 2024-01-31 or 2024-01-31T00:00:00Z") from None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if moment.timestamp() > time.time():
        raise ValueError("must not lie in the future")
    return max(moment, _BEGINNING)


def whole_number(value: object) -> object:
    """Return 7 for 7.0, which JSON Schema counts as an integer too; else the value itself."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def names_of(value: object) -> object:
    """Return the entries of a text with commas between them, each once. Raises ValueError.

    An entry with a comma stands in double quotes, as in CSV files.

    >>> names_of('Placed Order, "Sold, late"')
    ('Placed Order', 'Sold, late')
    """
    if not isinstance(value, str):
        raise ValueError("must be one text with commas between the entries")  # noqa: TRY004
    try:
        rows = list(csv.reader(value.splitlines(), skipinitialspace=True))
    except csv.Error:  # an entry of more than 128 kB: a quote that nothing closes
        raise ValueError("must have a second quote for each") from None
    return tuple(dict.fromkeys(name for row in rows for each in row if (name := each.strip())))


def fields_of(value: object) -> object:
    """Return fields by stream. Raises ValueError.

    An entry with a comma or a semicolon stands in double quotes.

    >>> fields_of("profiles: email, location.city; events: value")
    {'profiles': ('email', 'location.city'), 'events': ('value',)}
    """
    example = "like profiles: email, location.city; events: value"
    if not isinstance(value, str):
        raise ValueError(f"must be one text {example}")  # noqa: TRY004
    found: dict[str, tuple[str, ...]] = {}
    for part in filter(str.strip, re.findall(r'(?:"[^"]*"|[^;\n"])+', value)):
        stream, _, fields = part.partition(":")
        names = names_of(fields)
        if not isinstance(names, tuple) or not names or not stream.strip():
            raise ValueError(f"must name a stream, a colon, and its fields, {example}")
        found[stream.strip()] = (*found.get(stream.strip(), ()), *names)
    return found


def dimensions_of(value: object) -> object:
    """Return the dimensions of metric aggregates in a text. Raises ValueError."""
    names = names_of(value)
    unknown = [name for name in names if name not in DIMENSIONS] if isinstance(names, tuple) else ()
    if unknown:
        close = did_you_mean(unknown, DIMENSIONS)
        raise ValueError(f"must be some of: {', '.join(DIMENSIONS)}.{close}")
    return names


def known_timezone(name: str) -> str:
    """Return the name of a timezone. Raises ValueError."""
    if name not in available_timezones():
        close = did_you_mean([name], available_timezones())
        raise ValueError(f"must be the name of a timezone like America/New_York.{close}")
    return name
