"""The meaning of each failure of a request, and the reaction to it."""

import errno
import os
import socket
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final
from urllib.parse import unquote

import requests
from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.streams.http.error_handlers import ErrorHandler
from airbyte_cdk.sources.streams.http.error_handlers.response_models import (
    ErrorResolution,
    ResponseAction,
)
from urllib3.exceptions import NameResolutionError

from source_klaviyo.api import backoff
from source_klaviyo.api.documents.error_document import ErrorDocument, error_document
from source_klaviyo.errors import (
    CredentialsRefused,
    NotFound,
    PageLost,
    PageSizeRefused,
    PageTooLarge,
    ParameterRefused,
    RequestFailed,
    ScopeMissing,
    StreamFailed,
)

_MALFORMED: Final = (
    requests.exceptions.InvalidURL,
    requests.exceptions.MissingSchema,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidHeader,
    requests.exceptions.InvalidProxyURL,
)
"""Failures of the request itself: they never pass."""


_MAY_PASS: Final = (
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.CONFLICT,
    HTTPStatus.LOCKED,
    HTTPStatus.TOO_EARLY,
)
"""Refusals that may be different a moment later."""


class KlaviyoErrorHandler(ErrorHandler):
    """A table of failures, by status and body: retry, ask for less, ask anew, or end the stream.

    `scopes` are named in messages about missing scopes. `is_oauth` means credentials of an OAuth
    app.

    >>> KlaviyoErrorHandler().failure(requests.exceptions.ReadTimeout())
    RequestFailed('Klaviyo could not be reached: no answer within the time limit.')
    """

    max_retries = 8
    max_time = 1800

    def __init__(self, scopes: Sequence[str] = (), *, is_oauth: bool = False) -> None:
        self._scopes = scopes
        self._is_oauth = is_oauth

    def failure(self, outcome: requests.Response | Exception) -> Exception:
        """Return the exception for `outcome`: an answer other than 200, or an error without answer.

        A 429 is handled elsewhere: its meaning depends on the quota.
        """
        match outcome:
            case requests.Response():
                return self._of_answer(outcome)
            case PageTooLarge():
                return outcome
            case _ if isinstance(outcome, _MALFORMED) and not _is_unresolved(outcome):
                # The text may quote the malformed part, even a credential.
                return StreamFailed(
                    f"The request to Klaviyo cannot be sent ({type(outcome).__name__}). Check"
                    " `api_base_url`, the credentials and the proxy settings of this machine.",
                    FailureType.config_error,
                )
            case OSError():
                late = isinstance(outcome, requests.exceptions.ReadTimeout)
                reason = f"Klaviyo could not be reached: {cause(outcome)}."
                return RequestFailed(reason, by_size=late)
            case _:
                return RequestFailed(
                    f"Klaviyo answered with something that is not a JSON:API document: {outcome}."
                )

    def interpret_response(self, response: requests.Response | Exception | None) -> ErrorResolution:
        """Return the CDK's resolution for the same failure."""
        if isinstance(response, requests.Response):
            if response.status_code == HTTPStatus.OK:
                return ErrorResolution(ResponseAction.SUCCESS)
            if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
                return ErrorResolution(
                    ResponseAction.RATE_LIMITED, FailureType.transient_error, "the quota is used up"
                )
        failure = self.failure(response if response is not None else ConnectionError("no answer"))
        match failure:
            case StreamFailed():
                return ErrorResolution(ResponseAction.FAIL, failure.failure_type, failure.message)
            case PageLost():
                action = ResponseAction.RESET_PAGINATION
            case _:
                action = ResponseAction.RETRY
        return ErrorResolution(action, FailureType.transient_error, str(failure))

    def _of_answer(self, response: requests.Response) -> Exception:
        status, said = response.status_code, error_document(response)
        at_path = f"{status} at {_path(response)}"
        if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return PageSizeRefused(f"Klaviyo refuses a page for its size ({at_path}).")
        if response.is_redirect:
            return StreamFailed(
                f"Klaviyo answered with a redirect ({at_path}), which was not followed.",
                FailureType.system_error,
            )
        if status == HTTPStatus.GONE:
            return StreamFailed(
                f"Klaviyo no longer serves revision {response.request.headers.get('revision')} (410"
                f" at {_path(response)}). Set `revision` to a newer one, or remove it to use the"
                " default.",
                FailureType.config_error,
            )
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            pause = backoff.retry_after(response)
            return RequestFailed(f"Klaviyo answered {at_path}.", retry_after=pause, by_size=True)
        if said is None:
            # Klaviyo's own refusals are JSON. A challenge of the edge (recorded: Cloudflare's 403,
            # "Just a moment...") may pass, but lasts where it is meant for this machine's address.
            return RequestFailed(
                f"The network edge in front of Klaviyo answered {at_path}, without JSON. If that"
                " lasts, the edge blocks the address of this machine, its proxy or its VPN: use"
                " another, or ask Klaviyo's support to allow the address.",
                retry_after=backoff.retry_after(response),
            )
        return self._refusal(response, said)

    def _refusal(self, response: requests.Response, said: ErrorDocument) -> Exception:
        """Return the exception for Klaviyo's own refusal."""
        status = response.status_code
        text = f"Klaviyo refused the request ({status} at {_path(response)}): {said.detail}"
        match status:
            case HTTPStatus.UNAUTHORIZED:
                refused = CredentialsRefused(self._unauthorized())
                return RequestFailed(str(refused.message), ends_as=refused)
            case HTTPStatus.FORBIDDEN:
                return self._forbidden(response, said)
            case HTTPStatus.NOT_FOUND:
                return NotFound(text)
            case HTTPStatus.BAD_REQUEST if said.speaks_of_page_size:
                return PageSizeRefused(text, said.numbers, altogether=said.knows_no_page_size)
            case HTTPStatus.BAD_REQUEST if "page[cursor]" in unquote(response.url or ""):
                # All but the page cursor was accepted with the page before.
                return PageLost(said.detail)
            case HTTPStatus.BAD_REQUEST | HTTPStatus.UNPROCESSABLE_ENTITY:
                return ParameterRefused(text, said.parameter, said.pointer, said.detail)
        failure = StreamFailed(text, FailureType.system_error)
        return RequestFailed(text, ends_as=failure) if status in _MAY_PASS else failure

    def _forbidden(self, response: requests.Response, said: ErrorDocument) -> StreamFailed:
        if said.lacks_feature:
            return StreamFailed(
                f"Klaviyo refused {_path(response)}: {said.detail} The account lacks this"
                " feature, and no scope adds it: ask Klaviyo, or deselect the stream.",
                FailureType.config_error,
            )
        return ScopeMissing(self._scope_missing(response, said.detail), said.detail)

    def _unauthorized(self) -> str:
        if self._is_oauth:
            return (
                "Klaviyo does not accept the access token, not even a new one. Sign in again: the"
                " app may have been uninstalled in Klaviyo."
            )
        return (
            "Klaviyo does not accept these credentials. Check the API key: it must be a private"
            " key (pk_...) that has not been deleted."
        )

    def _scope_missing(self, response: requests.Response, detail: str) -> str:
        if not self._scopes:
            return f"Klaviyo refused {_path(response)}: {detail}"
        needed = " and ".join(self._scopes)
        if self._is_oauth:
            return (
                f"Klaviyo refused {_path(response)}: {detail} The app needs the scope {needed}:"
                " sign in again and allow it, or deselect the stream."
            )
        return (
            f"Klaviyo refused {_path(response)}: {detail} The credentials need the scope"
            f" {needed}; scopes of a private key are chosen when it is created, so create a key"
            " that has it, or deselect the stream."
        )


def _path(response: requests.Response) -> str:
    return response.request.path_url.partition("?")[0]


def cause(failure: OSError) -> str:
    """Return the cause of a failure in a few words; network libraries' texts are pages long.

    >>> cause(requests.exceptions.ReadTimeout())
    'no answer within the time limit'
    """
    if os.strerror(errno.EMFILE) in str(failure):
        return "this machine allows too few open files (raise `ulimit -n`, or lower `num_workers`)"
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
        case requests.exceptions.ConnectionError() | requests.exceptions.InvalidURL():
            unknown = "the name of the host is unknown (DNS)"
            return unknown if _is_unresolved(failure) else "the connection was refused or broke off"
        case _:
            return type(failure).__name__


def _is_unresolved(failure: Exception) -> bool:
    """Whether no address was found for a name.

    On Airbyte Cloud the CDK looks up each name itself, and calls a failure an invalid URL.
    """
    why = failure.args[0] if failure.args else None
    by_cdk = isinstance(failure.__context__, socket.gaierror)
    return by_cdk or isinstance(getattr(why, "reason", None), NameResolutionError)
