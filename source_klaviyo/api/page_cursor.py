"""What can be told from the address of the next page."""

import binascii
from base64 import b64decode, urlsafe_b64decode
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_CURSOR: Final = "page[cursor]"
_SIZE: Final = "page[size]"


def tells_rows_apart(url: str, row_id: str) -> bool:
    """Tell whether the page cursor in `url` names the row `row_id`, the last of its page.

    What stands beside an id is neither a letter nor a digit: a number within a time is no id.

    Klaviyo's cursors are base64 of the sort value and mostly the id (`[1788529134,"7qWk…",true]`,
    `next::id::01M1…`, as recorded by others). With the sort value alone, rows of the same value
    that did not fit on the page would be skipped.
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


def with_page_size(url: str, size: int | None) -> str:
    """Return the address of the same page with room for `size` rows, where there is a choice."""
    if size is None or f"page%5Bsize%5D={size}&" in f"{url}&" or f"page[size]={size}&" in f"{url}&":
        return url
    parts = urlsplit(url)
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True)]
    others = [(name, value) for name, value in query if name != _SIZE]
    return urlunsplit(parts._replace(query=urlencode([*others, (_SIZE, str(size))])))
