"""The changes that quirks make to an answer."""

import zlib

from klaviyo_sandbox.api.errors import ApiError, invalid
from klaviyo_sandbox.api.keys import scopes_missing
from klaviyo_sandbox.quirks import Quirks, RefusedParameter
from klaviyo_sandbox.spec import Endpoint
from klaviyo_sandbox.store.row import Row
from klaviyo_sandbox.web.request import Request

_PROPERTIES = {"event": b'"event_properties":{', "profile": b'"properties":{'}
"""Where events and profiles hold what a shop sent; other types hold it beside their attributes."""
_ATTRIBUTES = b'"attributes":{'


def check_parameters(request: Request, endpoint: Endpoint, quirks: Quirks) -> None:
    """Refuse a request with a refused parameter.

    Raises:
        ApiError: with the status of the first matching entry.
    """
    given = dict(request.query)
    for entry in quirks.refuse_parameters:
        name, equals, value = entry.parameter.partition("=")
        if name in given and (not equals or value in given[name].split(",")):
            raise _refused(entry, name, endpoint)


def _refused(entry: RefusedParameter, name: str, endpoint: Endpoint) -> ApiError:
    if entry.status == 403:
        return scopes_missing(endpoint.scopes)
    return invalid(f"{name} is not currently supported for the requested operation", name)


def check_weight(rows: int, quirks: Quirks) -> None:
    """Refuse a page with too many rows.

    Raises:
        ApiError: 503.
    """
    if 0 < quirks.heavy_page_size < rows:
        raise ApiError(503, "error", "The service is unavailable.")


def record_text(text: bytes, row: Row, quirks: Quirks) -> bytes:
    """Return the resource's JSON text, some with a lone surrogate if the quirks say so.

    Where a sparse fieldset leaves out the object with properties, the text stays.
    """
    every = quirks.surrogate_every
    if not every or zlib.crc32(row.id.encode()) % every:
        return text
    head, mark, tail = text.partition(_PROPERTIES.get(row.type, _ATTRIBUTES))
    if not mark:
        return text
    comma = b"" if tail.startswith(b"}") else b","
    return b"".join((head, mark, b'"sandbox_text":"a\\ud83d"', comma, tail))
