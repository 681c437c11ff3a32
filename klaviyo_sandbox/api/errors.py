"""Klaviyo's error documents."""

import uuid

import orjson

from klaviyo_sandbox.web.reply import Reply

TITLES = {
    "invalid": "Invalid input.",
    "not_authenticated": "Authentication credentials were not provided.",
    "authentication_failed": "Incorrect authentication credentials.",
    "permission_denied": "You do not have permission to perform this action.",
    "not_found": "Not found.",
    "method_not_allowed": "Method not allowed.",
    "gone": "The requested revision is no longer available.",
    "throttled": "Request was throttled.",
    "unsupported_media_type": "Unsupported media type in request.",
    "error": "A server error occurred.",
}
CODES = {
    400: "invalid",
    401: "authentication_failed",
    403: "permission_denied",
    404: "not_found",
    429: "throttled",
}
"""The code of a fault's status."""
RATE_LIMIT_GUIDE = (
    "https://developers.klaviyo.com/en/docs/rate_limits_and_error_handling#rate-limits"
)


class ApiError(Exception):
    """The refusal of a request."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        parameter: str | None = None,
        pointer: str | None = "/data/",
        headers: dict[str, str] | None = None,
    ) -> None:
        """`parameter` names the query parameter at fault.

        Otherwise `pointer` says where the fault lies; None: the error has no `source`.
        """
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.source = {"parameter": parameter} if parameter is not None else {"pointer": pointer}
        self.headers = headers or {}

    def reply(self) -> Reply:
        """Return the error document."""
        links = {"type": RATE_LIMIT_GUIDE} if self.code == "throttled" else {}
        error = {
            "id": str(uuid.uuid4()),
            "status": self.status,
            "code": self.code,
            "title": TITLES[self.code],
            "detail": self.detail,
            "source": self.source,
            "links": links,
            "meta": {},
        }
        if self.source == {"pointer": None}:
            del error["source"]
        body = orjson.dumps({"errors": [error]})
        return Reply(self.status, body, headers=dict(self.headers))


def invalid(detail: str, parameter: str) -> ApiError:
    """400: the query parameter `parameter` cannot be served."""
    return ApiError(400, "invalid", detail, parameter=parameter)


def invalid_cursor() -> ApiError:
    """400: the page cursor is unknown, or belongs to another sort."""
    return ApiError(400, "invalid", "Invalid cursor provided.")


def throttled(seconds: int) -> ApiError:
    """429: a rate limit is used up for `seconds` more."""
    unit = "second" if seconds == 1 else "seconds"
    return ApiError(
        429,
        "throttled",
        f"Request was throttled. Expected available in {seconds} {unit}.",
        pointer="/data",
        headers={"Retry-After": str(seconds)},
    )
