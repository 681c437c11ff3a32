"""Values out of JSON whose type is not to be relied on; what has another type counts as absent."""

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

Path = tuple[str, ...]

MEMBERS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ELEMENTS: Final = msgspec.json.Decoder(list[msgspec.Raw])


def members(value: msgspec.Raw | None) -> Mapping[str, msgspec.Raw]:
    """Return the members of an object; none of anything else."""
    is_object = value is not None and bytes(value).startswith(b"{")
    return MEMBERS.decode(value) if value is not None and is_object else {}


def elements(value: msgspec.Raw | None) -> Sequence[msgspec.Raw]:
    """Return the elements of a list; none of anything else."""
    is_list = value is not None and bytes(value).startswith(b"[")
    return _ELEMENTS.decode(value) if value is not None and is_list else []


def member(value: msgspec.Raw | None, path: Path) -> msgspec.Raw | None:
    """Return what stands in an object at `path`, None where nothing does."""
    for key in path:
        value = members(value).get(key)
    return value


def text(value: msgspec.Raw | None) -> str | None:
    """Return a string, None for anything else.

    >>> text(member(msgspec.Raw(b'{"attributes":{"name":null}}'), ("attributes", "name")))
    """
    is_text = value is not None and bytes(value).startswith(b'"')
    return msgspec.json.decode(value, type=str) if value is not None and is_text else None


def id_text(value: msgspec.Raw | None) -> str | None:
    """Return an id as text, though it is a number; None for anything else, and for no text."""
    if value is not None and bytes(value).isdigit():
        return bytes(value).decode()
    return text(value) or None
