"""What can be told from the address of the next page."""

import binascii
from base64 import b64decode, urlsafe_b64decode
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

_CURSOR: Final = "page[cursor]"
_SIZE: Final = "page[size]"


def tells_rows_apart(url: str, row_id: str) -> bool:
    """Tell whether the page cursor in `url` names the row `row_id`, the last of its page.

    Klaviyo's cursors are base64 of the sort value and mostly the id (`[1788529134,"7qWk…",true]`,
    `next::id::01M1…`, as recorded by others). With the sort value alone, rows of the same value
    that did not fit on the page would be skipped.
    """
    cursor = dict(parse_qsl(urlsplit(url).query)).get(_CURSOR, "")
    wanted = row_id.encode()
    padded = cursor.encode() + b"=" * (-len(cursor) % 4)
    if wanted in padded:
        return True
    for decode in (b64decode, urlsafe_b64decode):
        try:
            if wanted in decode(padded):
                return True
        except (binascii.Error, ValueError):
            continue
    return False


def with_page_size(url: str, size: int) -> str:
    """Return the address of the same page with room for `size` rows."""
    if f"page%5Bsize%5D={size}&" in f"{url}&" or f"page[size]={size}&" in f"{url}&":
        return url
    parts = urlsplit(url)
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True)]
    others = [(name, value) for name, value in query if name != _SIZE]
    return urlunsplit(parts._replace(query=urlencode([*others, (_SIZE, str(size))])))
