"""A page of a report's rows, and the way to the next.

A page cursor is the key of the last row, valid for the same question only.
"""

import base64
import binascii
from collections.abc import Callable, Iterator
from itertools import islice
from typing import TypeVar

import orjson

from klaviyo_sandbox.api.errors import invalid_cursor
from klaviyo_sandbox.reports.body import Attributes
from klaviyo_sandbox.reports.numbers import key_of
from klaviyo_sandbox.web.request import Request

T = TypeVar("T")
CURSOR = "page_cursor"


class Pages:
    """The pages of the answers to one question."""

    def __init__(self, request: Request, asked: Attributes) -> None:
        """Answer a `request` whose body asked for some attributes."""
        self._request = request
        same = {name: value for name, value in asked.items() if name != CURSOR}
        self._mark = f"{key_of(orjson.dumps(same, option=orjson.OPT_SORT_KEYS)):x}"

    def after(self, cursor: str | None) -> tuple[str, ...] | None:
        """Return the key of the last row before the page; None for the first page.

        Raises:
            ApiError: 400, no cursor, or the cursor of another question.
        """
        if cursor is None:
            return None
        try:
            mark, *key = orjson.loads(base64.urlsafe_b64decode(cursor))
        except (ValueError, TypeError, binascii.Error) as error:
            raise invalid_cursor() from error
        if mark != self._mark:
            raise invalid_cursor()
        return tuple(key)

    def page(
        self, rows: Iterator[T], size: int, key: Callable[[T], tuple[str, ...]]
    ) -> tuple[list[T], str | None]:
        """Return the next `size` rows, and the URL of the page after them."""
        found = list(islice(rows, size))
        if not found or next(rows, None) is None:
            return found, None
        text = orjson.dumps([self._mark, *key(found[-1])])
        return found, self._request.url(base64.urlsafe_b64encode(text).decode(), CURSOR)
