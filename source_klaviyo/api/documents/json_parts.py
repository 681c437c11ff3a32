"""Values out of JSON of uncertain type; a value of another type counts as absent."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

Path = tuple[str, ...]

MEMBERS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ELEMENTS: Final = msgspec.json.Decoder(list[msgspec.Raw])


def members(value: msgspec.Raw | None) -> Mapping[str, msgspec.Raw]:
    """Return the members of an object; no members of any other value."""
    is_object = value is not None and bytes(value).startswith(b"{")
    return MEMBERS.decode(value) if value is not None and is_object else {}


def elements(value: msgspec.Raw | None) -> Sequence[msgspec.Raw]:
    """Return the elements of a list; no elements of any other value."""
    is_list = value is not None and bytes(value).startswith(b"[")
    return _ELEMENTS.decode(value) if value is not None and is_list else []


def member(value: msgspec.Raw | None, path: Path) -> msgspec.Raw | None:
    """Return the value in an object at `path`, None if absent."""
    for key in path:
        value = members(value).get(key)
    return value


def text(value: msgspec.Raw | None) -> str | None:
    """Return a string, None for any other value.

    >>> text(member(msgspec.Raw(b'{"attributes":{"name":"VIP"}}'), ("attributes", "name")))
    'VIP'
    """
    is_text = value is not None and bytes(value).startswith(b'"')
    return msgspec.json.decode(value, type=str) if value is not None and is_text else None


def id_text(value: msgspec.Raw | None) -> str | None:
    """Return an id as text, also if the id is a number; None for any other value, and for ""."""
    if value is not None and bytes(value).isdigit():
        return bytes(value).decode()
    return text(value) or None
