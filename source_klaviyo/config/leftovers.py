"""Leftovers of another sign-in in a configuration, which no form shows.

Airbyte's form keeps the fields of a sign-in when the user chooses another, and never shows hidden
settings again: nobody at the form could delete the leftovers.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from source_klaviyo.config.credentials import BY_TYPE

Raw = Mapping[str, Any]

_ALL = frozenset(name for way in BY_TYPE.values() for name in way.model_fields)


def is_empty(value: object) -> bool:
    """Whether a setting counts as missing: forms write "" for an emptied field."""
    return value is None or (isinstance(value, str) and not value.strip())


def without_leftovers(raw: Raw) -> tuple[dict[str, Any], list[str]]:
    """Return the settings of `raw` that count, and a warning for each kind that does not.

    >>> without_leftovers({"api_key": "pk_12345678", "credentials": {"auth_type": "api_key"}})
    ({'api_key': 'pk_12345678'}, ['`credentials` is blank and is left out: `api_key` is used.'])
    """
    given = {name: value for name, value in raw.items() if not is_empty(value)}
    key, credentials = given.get("api_key"), given.get("credentials")
    warnings: list[str] = []
    if not isinstance(credentials, Mapping):
        return given, warnings
    if key and _is_blank(credentials):
        del given["credentials"]
        return given, ["`credentials` is blank and is left out: `api_key` is used."]
    if key and _same(key, credentials.get("api_key")):
        del given["api_key"]
        warnings.append("`api_key` repeats the key in `credentials` and is left out.")
    if left := sorted(_of_others(credentials)):
        given["credentials"] = {
            name: value for name, value in credentials.items() if name not in left
        }
        warnings.append(
            f"`credentials` holds parts of another sign-in, which are left out: {', '.join(left)}."
        )
    return given, warnings


def _is_blank(credentials: Raw) -> bool:
    return all(is_empty(value) for name, value in credentials.items() if name != "auth_type")


def _same(key: object, other: object) -> bool:
    return isinstance(key, str) and isinstance(other, str) and key.strip() == other.strip()


def _of_others(credentials: Raw) -> Iterator[str]:
    """Yield the names in `credentials` that only other ways to sign in have."""
    way = BY_TYPE.get(str(credentials.get("auth_type")))
    if way:
        yield from credentials.keys() & (_ALL - way.model_fields.keys())
