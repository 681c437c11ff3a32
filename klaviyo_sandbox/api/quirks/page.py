"""Pages that lead elsewhere, hold nothing, or say so in another way."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from urllib.parse import urlsplit

from klaviyo_sandbox.api.document import collection_document
from klaviyo_sandbox.api.errors import invalid_cursor
from klaviyo_sandbox.api.query import Query
from klaviyo_sandbox.api.quirks.book import QuirkBook
from klaviyo_sandbox.api.quirks.page_cursor import END, PageCursor, read_page_cursor
from klaviyo_sandbox.api.quirks.refusals import check_page_exists, check_page_size, check_weight
from klaviyo_sandbox.api.select import Selection
from klaviyo_sandbox.quirks import Quirks
from klaviyo_sandbox.web.request import Request

NOTHING = Selection([], None, None)
"""A page without rows."""


@dataclass(frozen=True, slots=True)
class QuirkyPage:
    """One request for a page of a collection with quirks."""

    request: Request
    book: QuirkBook
    quirks: Quirks
    cursor: PageCursor

    def query(self, query: Query) -> Query:
        """Return the query as it is to be served.

        Raises:
            ApiError: 400 or 413, the page size.
        """
        size = check_page_size(query.size, self.request, self.quirks)
        return dataclasses.replace(query, size=size, cursor=self.cursor.start)

    @property
    def ended(self) -> bool:
        """Whether the page lies behind the last one."""
        return self.cursor.start == END

    def selection(self, found: Selection) -> Selection:
        """Return what the page shows of the rows that were found for it.

        Raises:
            ApiError: 503, the page is too heavy.
        """
        check_weight(found, self.quirks)
        if self._is_empty(found):
            return dataclasses.replace(NOTHING, next=self._write(self.cursor.start))
        if self.quirks.unsorted == "within_pages":
            rows = list(found.rows)
            Random(len(rows)).shuffle(rows)
            found = dataclasses.replace(found, rows=rows)
        if found.next is None:
            more = self.quirks.next_on_last_page and bool(found.rows) and not self.ended
            return dataclasses.replace(found, next=self._write(END) if more else None)
        if self.quirks.next_loops and self.cursor.number == 3:
            second = PageCursor(2, self.cursor.second)
            return dataclasses.replace(found, next=self._text(second))
        return dataclasses.replace(found, next=self._write(found.next))

    def document(
        self,
        texts: Sequence[bytes],
        included: bytes,
        links: dict[str, str | None],
    ) -> bytes:
        """Return the page's document."""
        due, path, quirks = self.book.due, self.request.path, self.quirks
        follows = links["next"] is not None
        if follows and due("next_to_itself", path, quirks.next_to_itself):
            links["next"] = self.request.url()
        hidden = follows and due("missing_links", path, quirks.missing_links)
        if follows and quirks.next_style == "path":
            links["next"] = urlsplit(str(links["next"]))._replace(scheme="", netloc="").geturl()
        elif not follows and quirks.last_next == "absent":
            del links["next"]
        elif not follows and quirks.last_next == "empty":
            links["next"] = ""
        null = (
            not texts if quirks.null_data == "empty" else due("null_data", path, quirks.null_data)
        )
        return collection_document(None if null else texts, included, None if hidden else links)

    def _is_empty(self, found: Selection) -> bool:
        every = self.quirks.empty_pages_every
        return every > 1 and bool(found.rows) and self.cursor.number % every == 0

    def _write(self, start: str | None) -> str:
        second = start if self.cursor.number == 1 else self.cursor.second
        return self._text(PageCursor(self.cursor.number + 1, start, second))

    def _text(self, cursor: PageCursor) -> str:
        return cursor.write(self.book, opaque=self.quirks.opaque_cursor)


def quirky_page(request: Request, book: QuirkBook, quirks: Quirks) -> QuirkyPage:
    """Return the page that a request asks for.

    Raises:
        ApiError: 404, a page that is not found; 400, a refused cursor.
    """
    check_page_exists(request, book, quirks)
    if request.cursor is not None and book.every(
        "cursor_refused_every", request.path, quirks.cursor_refused_every
    ):
        raise invalid_cursor()
    cursor = read_page_cursor(request.cursor, book, opaque=quirks.opaque_cursor)
    return QuirkyPage(request, book, quirks, cursor)
