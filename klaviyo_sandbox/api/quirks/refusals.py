"""Requests that a quirk refuses."""

from klaviyo_sandbox.api.errors import ApiError, invalid
from klaviyo_sandbox.api.quirks.book import QuirkBook
from klaviyo_sandbox.api.select import Selection
from klaviyo_sandbox.quirks import Quirks, RefusedParameter
from klaviyo_sandbox.spec import Endpoint
from klaviyo_sandbox.web.request import Request

PAGE_SIZE = "page[size]"


def check_parameters(request: Request, endpoint: Endpoint, quirks: Quirks) -> None:
    """Refuse a request that uses a refused parameter.

    Raises:
        ApiError: with the status of the first entry that matches.
    """
    given = dict(request.query)
    for entry in quirks.refuse_parameters:
        name, equals, value = entry.parameter.partition("=")
        if name in given and (not equals or value in given[name].split(",")):
            raise _refused(entry, name, endpoint)


def _refused(entry: RefusedParameter, name: str, endpoint: Endpoint) -> ApiError:
    if entry.status == 403:
        missing = ", ".join(endpoint.scopes)
        detail = f"Your API key is missing the required scopes for this request: {missing}"
        return ApiError(403, "permission_denied", detail)
    if entry.status >= 500:
        return ApiError(entry.status, "error", "A server error occurred.")
    if entry.named:
        return ApiError(entry.status, "invalid", "This is not available.", parameter=name)
    return ApiError(entry.status, "invalid", "The request could not be processed.")


def check_page_size(size: int | None, request: Request, quirks: Quirks) -> int | None:
    """Return how many rows the page may hold.

    Raises:
        ApiError: 400 or 413 for a `page[size]` over the maximum.
    """
    most = quirks.max_page_size
    if not most or size is None or size <= most:
        return size
    if PAGE_SIZE not in dict(request.query):
        return most
    if quirks.page_size_refusal == "413":
        raise ApiError(413, "invalid", "The response would be too large.", pointer=None)
    if quirks.page_size_refusal == "no_source":
        raise ApiError(400, "invalid", f"The page size may be at most {most}.", pointer=None)
    detail = (
        f"Page size must be an integer between 1 and {most}."
        if quirks.page_size_refusal == "maximum"
        else "Invalid page size."
    )
    raise invalid(detail, PAGE_SIZE)


def check_weight(selection: Selection, quirks: Quirks) -> None:
    """Refuse a page with too many rows in a region of heavy ones.

    Raises:
        ApiError: 503, after the seconds that the quirk says.
    """
    if not quirks.heavy_page_size or len(selection.rows) <= quirks.heavy_page_size:
        return
    first, end = (share * len(selection.order.positions) for share in quirks.heavy_region)
    if any(first <= selection.order.index(place) < end for place in selection.places):
        raise ApiError(
            503, "error", "The service is unavailable.", seconds=quirks.heavy_page_seconds
        )


def check_page_exists(request: Request, book: QuirkBook, quirks: Quirks) -> None:
    """Refuse first or later pages.

    Raises:
        ApiError: 404.
    """
    option, often = (
        ("not_found_first_page", quirks.not_found_first_page)
        if request.cursor is None
        else ("not_found_later_pages", quirks.not_found_later_pages)
    )
    if book.due(option, request.path, often):
        raise ApiError(404, "not_found", "Not found.")
