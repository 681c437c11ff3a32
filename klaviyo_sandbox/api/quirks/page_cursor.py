"""Page cursors that also say which page they lead to, as quirks about pages need it."""

import base64
import binascii
import json
from dataclasses import dataclass

from klaviyo_sandbox.api.errors import invalid_cursor
from klaviyo_sandbox.api.quirks.book import QuirkBook

_PARTS = 4
_MARK = "page"
END = "end"
"""In place of a cursor: nothing more comes."""


@dataclass(frozen=True, slots=True)
class PageCursor:
    """A page of a collection, counted from 1, and where it starts."""

    number: int
    start: str | None
    """The cursor without quirks; None: the collection's first row."""
    second: str | None = None
    """Where the second page starts, once it is known."""

    def write(self, book: QuirkBook, *, opaque: bool) -> str:
        """Return the text of the cursor."""
        parts = [_MARK, self.number, self.start, self.second]
        text = base64.b64encode(json.dumps(parts).encode()).decode()
        return book.hide(text) if opaque else text


def read_page_cursor(text: str | None, book: QuirkBook, *, opaque: bool) -> PageCursor:
    """Return the page that a request's cursor leads to; the first one without a cursor.

    Raises:
        ApiError: 400, an opaque cursor that was never given out.
    """
    if text is None:
        return PageCursor(1, None)
    if opaque:
        text = book.reveal(text)
        if text is None:
            raise invalid_cursor()
    try:
        parts = json.loads(base64.b64decode(text.encode(), validate=True))
    except (binascii.Error, ValueError):
        return PageCursor(2, text)
    if isinstance(parts, list) and len(parts) == _PARTS and parts[0] == _MARK:
        return PageCursor(*parts[1:])
    return PageCursor(2, text)
