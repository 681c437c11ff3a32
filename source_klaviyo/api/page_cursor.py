"""Page cursors in the address of the next page."""

import binascii
from base64 import b64decode, urlsafe_b64decode
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_CURSOR: Final = "page[cursor]"
_PARTS: Final = ("page[size]", "include", "additional-fields[", "fields[")


def tells_rows_apart(url: str, row_id: str) -> bool:
    """Whether the page cursor in `url` names the row `row_id`, the last of its page.

    Neither a letter nor a digit stands beside an id: a number within a time is no id. Klaviyo's
    cursors are base64 of the sort value and mostly the id (`[1788529134,"7qWk…",true]`,
    `next::id::01M1…`, as recorded by others). With the sort value alone, rows of the same value
    that did not fit on the page would be skipped.

    >>> tells_rows_apart("https://a.klaviyo.com/api/tags?page[cursor]=next::id::T7", "T7")
    True
    """
    cursor = dict(parse_qsl(urlsplit(url).query)).get(_CURSOR, "")
    if not row_id:
        return False
    wanted = row_id.encode()
    if _stands_in(cursor.encode(), wanted):
        return True
    padded = cursor.encode() + b"=" * (-len(cursor) % 4)
    for decode in (b64decode, urlsafe_b64decode):
        try:
            if _stands_in(decode(padded), wanted):
                return True
        except (binascii.Error, ValueError):
            continue
    return False


def _stands_in(text: bytes, name: bytes) -> bool:
    at = text.find(name)
    while at >= 0:
        end = at + len(name)
        if not (text[at - 1 : at].isalnum() or text[end : end + 1].isalnum()):
            return True
        at = text.find(name, at + 1)
    return False


def restated(url: str, parameters: Mapping[str, str]) -> str:
    """Return the address of the same page with another size, or with other parts.

    The address of a following page repeats the parameters of the page before. Its page cursor,
    filter and sort belong together; all others come from `parameters`.
    """
    parts = urlsplit(url)
    kept = {
        name: value
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if not name.startswith(_PARTS)
    }
    taken = {name: value for name, value in parameters.items() if name.startswith(_PARTS)}
    return urlunsplit(parts._replace(query=urlencode({**kept, **taken})))
