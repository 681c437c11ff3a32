"""How quirks change an answer."""

import zlib

from klaviyo_sandbox.api.errors import ApiError, invalid
from klaviyo_sandbox.quirks import Quirks, RefusedParameter
from klaviyo_sandbox.spec import Endpoint
from klaviyo_sandbox.store.row import Row
from klaviyo_sandbox.web.request import Request

_PROPERTIES = {"event": b'"event_properties":{', "profile": b'"properties":{'}
"""Where events and profiles hold what a shop sent; other types hold it beside their attributes."""
_ATTRIBUTES = b'"attributes":{'


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
    return invalid(f"{name} is not currently supported for the requested operation", name)


def check_weight(rows: int, quirks: Quirks) -> None:
    """Refuse a page with too many rows.

    Raises:
        ApiError: 503.
    """
    if 0 < quirks.heavy_page_size < rows:
        raise ApiError(503, "error", "The service is unavailable.")


def record_text(text: bytes, row: Row, quirks: Quirks) -> bytes:
    """Return the resource's JSON text as the quirks have it."""
    every = quirks.surrogate_every
    if every and zlib.crc32(row.id.encode()) % every == 0:
        text = _inserted(text, row.type, b'"sandbox_text":"a\\ud83d"')
    missing = quirks.record_bytes - len(text)
    if missing > 0 and row.type in _PROPERTIES:
        text = _inserted(text, row.type, b'"sandbox_padding":"' + b"x" * missing + b'"')
    return text


def _inserted(text: bytes, resource_type: str, member: bytes) -> bytes:
    """Add a member; not where a sparse fieldset left out the object that would hold it."""
    head, mark, tail = text.partition(_PROPERTIES.get(resource_type, _ATTRIBUTES))
    if not mark:
        return text
    return b"".join((head, mark, member, b"" if tail.startswith(b"}") else b",", tail))
