"""Requests to Klaviyo, each sent once: signed, with a pinned revision, and to no other host."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final, TypeVar
from urllib.parse import urlsplit

import requests
from airbyte_cdk.models import FailureType

from source_klaviyo.api import backoff, connection
from source_klaviyo.api import revision as revisions
from source_klaviyo.api.auth import Signature
from source_klaviyo.api.body import BodyMemory, BodyReader
from source_klaviyo.api.error_handler import KlaviyoErrorHandler
from source_klaviyo.api.granted_scopes import GrantedScopes
from source_klaviyo.api.quotas.quota import EndpointQuota, Quotas
from source_klaviyo.api.server_clock import ServerClock
from source_klaviyo.errors import (
    QuotaSpent,
    RequestFailed,
    StreamFailed,
    Throttled,
    UnreadableAnswer,
)

LONGEST_WAIT: Final = 900.0
"""Seconds; a longer `Retry-After` of a 429 means a spent daily quota, and ends the wait."""

JSON_API: Final = "application/vnd.api+json"

LONGEST_THROTTLE: Final = 3600.0
"""Seconds without any granted request, before the rest of a quota's streams is left to the next
sync."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Request:
    """The address, parameters, revision, quota and error handler of a request.

    `parameters` are empty if `url` has them already. `single` means that the request asks for a
    single row. With a `body` (JSON), the request is a POST that only reads: it may be sent again
    like a GET.
    """

    url: str
    parameters: Mapping[str, str]
    revision: str
    quota: EndpointQuota
    errors: KlaviyoErrorHandler
    single: bool = False
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class _Connection:
    """A thread's own session, and its buffer for the bodies of answers."""

    session: requests.Session
    bodies: BodyReader


@dataclass(slots=True)
class Client:
    """Access to Klaviyo for a sync, shared by all its threads.

    `base_url` is Klaviyo's host (`https://a.klaviyo.com`); `api/address.py` refuses to send
    requests anywhere else. Each thread keeps a connection of its own: threads that share a pool
    spend their time on its lock.

    >>> from source_klaviyo.api.auth import ApiKey
    >>> client = Client("https://a.klaviyo.com", ApiKey("pk_123"))
    >>> client.revision
    '2026-07-15'
    """

    base_url: str
    auth: Signature
    revision: str = revisions.DEFAULT
    quotas: Quotas = field(default_factory=Quotas)
    clock: ServerClock = field(default_factory=ServerClock)
    memory: BodyMemory = field(default_factory=BodyMemory)
    retirements: revisions.Retirements = field(default_factory=revisions.Retirements)
    scopes: GrantedScopes = field(init=False)
    _own: threading.local = field(init=False, default_factory=threading.local)
    _reading: threading.Lock = field(init=False, default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.scopes = GrantedScopes(self.auth)

    @property
    def _connection(self) -> _Connection:
        """This thread's connection."""
        if not hasattr(self._own, "connection"):
            session = connection.session(self.base_url, self.auth)
            self._own.connection = _Connection(session, BodyReader(self.memory))
        own: _Connection = self._own.connection
        return own

    def send(self, request: Request, read: Callable[[requests.Response], T]) -> T:
        """Send `request` once and return `read(response)` for an answer with status 200.

        The request must have been reserved in its quota, which learns from the answer. `read`
        raises UnreadableAnswer if an answer makes no sense. Raises the exceptions that errors.py
        lists.
        """
        try:
            response = self._ask(request)
            if _is_unauthorized(response) and self.auth.renew(response.request):
                response = self._ask(request)
            if response.status_code == HTTPStatus.OK:
                # Threads that parse at once only take turns, with a page's worth of memory each.
                with self._reading:
                    return read(response)
            failure = self._failure(response, request)
        except OSError as fault:  # requests' own errors are OSErrors
            failure = request.errors.failure(fault)
        except UnreadableAnswer as fault:
            at_path = UnreadableAnswer(f"at {urlsplit(request.url).path}, {fault}")
            failure = request.errors.failure(at_path)
        except RecursionError:
            # Jackson and orjson, Airbyte's parsers, stop at a thousand levels as well.
            failure = StreamFailed(
                f"Klaviyo's answer at {urlsplit(request.url).path} is nested too deeply to be read:"
                " a property holds lists or objects in each other, about a thousand levels of them."
                " Remove that property in Klaviyo.",
                FailureType.system_error,
            )
        except Exception:
            self.release()
            raise
        self.release()
        raise failure

    def release(self) -> None:
        """Release the memory of this thread's last answer."""
        self._connection.bodies.release()

    def _failure(self, response: requests.Response, request: Request) -> Exception:
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            return self._throttled(response, request)
        if _is_unauthorized(response) and self.auth.is_outdated(response.request):
            return RequestFailed("The access token ended while the request was on its way.")
        return request.errors.failure(response)

    def _throttled(self, response: requests.Response, request: Request) -> Exception:
        pause = max(1.0, backoff.retry_after(response) or 0.0)
        counts_days = request.quota.counts_days
        refused_for = request.quota.refused(pause if counts_days else min(pause, LONGEST_WAIT))
        path = urlsplit(request.url).path
        if pause > LONGEST_WAIT:
            return QuotaSpent(
                f"The daily quota of {path} is used up; Klaviyo grants more in"
                f" {pause / 3600:.1f} hours. The next sync goes on from here.",
                pause,
            )
        if refused_for > LONGEST_THROTTLE:
            return StreamFailed(
                f"Klaviyo has granted no request at {path} for an hour. Does another program use"
                " up the account's quota? The next sync goes on from here.",
                FailureType.transient_error,
            )
        return Throttled("the quota is used up", pause)

    def _ask(self, request: Request) -> requests.Response:
        own, began = self._connection, time.monotonic()
        headers = dict(revisions.headers(request.revision))
        if request.body is not None:
            headers["Content-Type"] = JSON_API
        response = own.session.request(
            "GET" if request.body is None else "POST",
            request.url,
            params=request.parameters,
            data=request.body,
            headers=headers,
            timeout=connection.TIMEOUTS,
            allow_redirects=False,
            stream=True,
        )
        with response:
            body = own.bodies.read(response, single=request.single)
            response._content = body  # type: ignore[assignment]  # noqa: SLF001
        self.clock.observe(response.headers.get("Date"))
        self.retirements.note(request.revision, response.headers)
        request.quota.learn(response.headers, time.monotonic() - began)
        if response.status_code != HTTPStatus.TOO_MANY_REQUESTS:
            request.quota.granted()
        return response


def _is_unauthorized(response: requests.Response) -> bool:
    return response.status_code == HTTPStatus.UNAUTHORIZED
