"""What each way in which a request can fail means, and what to do about it."""

from collections.abc import Sequence
from http import HTTPStatus
from urllib.parse import unquote

import msgspec
import requests
from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.streams.http.error_handlers import ErrorHandler
from airbyte_cdk.sources.streams.http.error_handlers.response_models import (
    ErrorResolution,
    ResponseAction,
)

_MOST_DETAIL = 300


class _Error(msgspec.Struct):
    detail: str = ""


class _Errors(msgspec.Struct):
    errors: list[_Error]


def detail(response: requests.Response) -> str | None:
    """Return what Klaviyo says of an error, None where the answer is no JSON:API error document."""
    try:
        errors = msgspec.json.decode(response.content, type=_Errors).errors
    except msgspec.DecodeError:
        return None
    return "; ".join(error.detail for error in errors)[:_MOST_DETAIL]


class Verdicts(ErrorHandler):
    """Decides by status and body: retry, wait, ask anew, or end the stream with a sentence.

    `scopes` are named where Klaviyo refuses for want of one. `oauth_only` tells that it refuses
    private keys altogether.
    """

    max_retries = 8
    max_time = 1800

    def __init__(self, scopes: Sequence[str] = (), *, oauth_only: bool = False) -> None:
        self._scopes = scopes
        self._oauth_only = oauth_only

    def interpret_response(self, response: requests.Response | Exception | None) -> ErrorResolution:
        """Return what `response`, an answer or the failure to get one, asks for."""
        match response:
            case requests.Response():
                return self._of_answer(response)
            case requests.exceptions.InvalidURL() | requests.exceptions.MissingSchema():
                return _fail(FailureType.system_error, f"The request was malformed: {response}")
            case requests.RequestException():
                return _retry(f"Klaviyo could not be reached: {_cause(response)}.")
            case _:
                return _retry("Klaviyo answered with something that is not a JSON:API document.")

    def _of_answer(self, response: requests.Response) -> ErrorResolution:
        status = response.status_code
        said = (
            "It leads elsewhere, and was not followed."
            if response.is_redirect
            else detail(response)
        )
        at_path = f"{status} at {_path(response)}"
        if status == HTTPStatus.OK:
            return ErrorResolution(ResponseAction.SUCCESS)
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            return ErrorResolution(
                ResponseAction.RATE_LIMITED, FailureType.transient_error, "the quota is used up"
            )
        if advice := self._advice(response, said or ""):
            return _fail(FailureType.config_error, advice)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or said is None:
            # Pages that are not JSON come from the network edge in front of Klaviyo, whatever
            # their status: a challenge, an overload. Klaviyo's own refusals are JSON.
            return _retry(f"Klaviyo answered {at_path}.")
        if status == HTTPStatus.BAD_REQUEST and "page[cursor]" in unquote(response.url or ""):
            # All but the page cursor was accepted with the page before.
            return ErrorResolution(
                ResponseAction.RESET_PAGINATION, FailureType.transient_error, said
            )
        return _fail(FailureType.system_error, f"Klaviyo refused the request ({at_path}): {said}")

    def _advice(self, response: requests.Response, said: str) -> str | None:
        """Return what the user has to do, None where it is not for the user to mend."""
        match response.status_code:
            case HTTPStatus.GONE:
                return (
                    f"Klaviyo no longer serves revision {_revision(response)} (410 at"
                    f" {_path(response)}). Set `revision` to a newer one, or remove it to use the"
                    " default."
                )
            case HTTPStatus.UNAUTHORIZED if said:
                return (
                    "Klaviyo does not accept these credentials. Check the API key: it must be a"
                    " private key (pk_...) that has not been deleted."
                )
            case HTTPStatus.FORBIDDEN if said:
                return self._refused(response, said)
        return None

    def _refused(self, response: requests.Response, said: str) -> str:
        if not self._scopes:
            return f"Klaviyo refused {_path(response)}: {said}"
        if self._oauth_only:
            return (
                f"Klaviyo refused {_path(response)}: {said} It grants this to OAuth apps with the"
                f" scope {' and '.join(self._scopes)}, never to private keys: sign in by OAuth, or"
                " deselect the stream."
            )
        return (
            f"Klaviyo refused {_path(response)}: {said} The credentials need the scope"
            f" {' and '.join(self._scopes)}; scopes of a private key are chosen when it is"
            " created, so create a key that has it, or deselect the stream."
        )


def _retry(message: str) -> ErrorResolution:
    return ErrorResolution(ResponseAction.RETRY, FailureType.transient_error, message)


def _fail(failure_type: FailureType, message: str) -> ErrorResolution:
    return ErrorResolution(ResponseAction.FAIL, failure_type, message)


def _path(response: requests.Response) -> str:
    return response.request.path_url.partition("?")[0]


def _revision(response: requests.Response) -> str:
    return str(response.request.headers.get("revision"))


def _cause(failure: requests.RequestException) -> str:
    """Name what failed in a few words; the texts of the network libraries are pages long."""
    match failure:
        case requests.exceptions.ConnectTimeout():
            return "no connection within the time limit"
        case requests.exceptions.Timeout():
            return "no answer within the time limit"
        case requests.exceptions.SSLError():
            return "the TLS connection failed (is the certificate trusted?)"
        case requests.exceptions.ProxyError():
            return "the proxy refused"
        case (
            requests.exceptions.ContentDecodingError() | requests.exceptions.ChunkedEncodingError()
        ):
            return "the answer was cut off or damaged"
        case requests.exceptions.ConnectionError():
            return "the connection was refused or broke off"
        case _:
            return type(failure).__name__
