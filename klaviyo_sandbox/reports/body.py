"""The JSON:API document in a report's request."""

import orjson

from klaviyo_sandbox.api.errors import ApiError
from klaviyo_sandbox.spec import Report
from klaviyo_sandbox.web.request import Request

Attributes = dict[str, object]
MEDIA_TYPES = ("application/vnd.api+json", "application/json")


def refused(detail: str, attribute: str) -> ApiError:
    """400: an attribute of the body cannot be served."""
    return ApiError(400, "invalid", detail, pointer=f"/data/attributes/{attribute}")


def attributes_of(request: Request, report: Report) -> Attributes:
    """Return the attributes of the request's body.

    Raises:
        ApiError: 415 or 400, no document for this report, or an incomplete document.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip()
    if media_type not in MEDIA_TYPES:
        detail = f"The Content-Type must be {MEDIA_TYPES[0]}, not '{media_type}'."
        raise ApiError(415, "unsupported_media_type", detail, pointer=None)
    try:
        document = orjson.loads(request.body)
    except orjson.JSONDecodeError as error:
        raise ApiError(400, "invalid", "The body is not valid JSON.", pointer=None) from error
    data = document.get("data") if isinstance(document, dict) else None
    if not isinstance(data, dict):
        raise ApiError(400, "invalid", "The body must hold `data`.", pointer="/data")
    if data.get("type") != report.type:
        detail = f"The type must be '{report.type}', not '{data.get('type')}'."
        raise ApiError(400, "invalid", detail, pointer="/data/type")
    given = data.get("attributes")
    attributes: Attributes = given if isinstance(given, dict) else {}
    for name in attributes:
        if name not in report.body:
            raise refused(f"'{name}' is not a valid field of '{report.type}'.", name)
    for name in report.required:
        if attributes.get(name) in (None, [], ""):
            raise refused(f"'{name}' is required.", name)
    return attributes


def names_of(attributes: Attributes, name: str, allowed: tuple[str, ...]) -> list[str]:
    """Return the list of names in an attribute; none when it is not there.

    Raises:
        ApiError: 400, it is no list, or holds a name that is not `allowed`.
    """
    value = attributes.get(name)
    if value is None:
        return []
    if not isinstance(value, list):
        raise refused(f"'{name}' must be a list.", name)
    for one in value:
        if one not in allowed:
            raise refused(f"'{one}' is not a valid value of '{name}'.", name)
    return list(dict.fromkeys(value))
