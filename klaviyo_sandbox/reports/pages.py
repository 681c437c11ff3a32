"""One page of a report's rows, and the way to the next."""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import TypeVar

from klaviyo_sandbox.reports.body import Attributes
from klaviyo_sandbox.reports.page_cursor import CURSOR, read_cursor, write_cursor
from klaviyo_sandbox.web.request import Request

T = TypeVar("T")


class Pages:
    """The pages of the answers to one question."""

    def __init__(self, request: Request, asked: Attributes) -> None:
        """Answer a `request` whose body asked for some attributes."""
        self._request = request
        self._asked = asked

    def after(self, cursor: str | None) -> tuple[str, ...] | None:
        """Return the key of the last row before the page; None: it is the first page.

        Raises:
            ApiError: 400, the cursor is none of this question.
        """
        return None if cursor is None else read_cursor(cursor, self._asked)

    def page(
        self, rows: Iterator[T], size: int, key: Callable[[T], tuple[str, ...]]
    ) -> tuple[list[T], str | None]:
        """Return the next `size` rows, and the URL of the page after them."""
        found = list(islice(rows, size))
        if not found or next(rows, None) is None:
            return found, None
        return found, self._request.url(write_cursor(key(found[-1]), self._asked), CURSOR)
