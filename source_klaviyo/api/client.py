"""Sends requests to Klaviyo: signed, pinned to a revision, within the quota, never without end."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final, TypeVar
from urllib.parse import urlsplit

import requests
from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.streams.http.error_handlers.response_models import ResponseAction
from requests.auth import AuthBase

from source_klaviyo.api import revision as revisions
from source_klaviyo.api.answers import Verdicts
from source_klaviyo.api.backoff import RetryAfterBackoff
from source_klaviyo.api.body import BodyReader
from source_klaviyo.api.quota import Quota, Quotas
from source_klaviyo.errors import (
    CredentialsRefused,
    NotFound,
    PageLost,
    RetryLater,
    ScopeMissing,
    StreamFailed,
    UnreadableAnswer,
)

logger = logging.getLogger("airbyte")

TIMEOUTS: Final = (10.0, 60.0)
"""Seconds to connect, and seconds without a byte; Klaviyo's slow pages stay well below."""

LONGEST_WAIT: Final = 900.0
"""Seconds; a longer `Retry-After` is a spent daily quota, which is not waited for."""


_WORTH_A_LINE: Final = 5.0

_FAILURES: Final = {401: CredentialsRefused, 403: ScopeMissing, 404: NotFound}

T = TypeVar("T")


@dataclass(slots=True)
class ServerClock:
    """How far Klaviyo's clock is behind this machine's, told by the `Date` of its answers.

    Each answer was made before it arrived, so every one overstates the lag: the least counts.
    """

    _lag: float | None = None

    @property
    def lag(self) -> float:
        """Seconds by which Klaviyo's clock is behind; 0 where it is level, ahead or not known."""
        return max(0.0, self._lag or 0.0)

    def observe(self, date_header: str | None) -> None:
        """Take note of one answer's `Date`."""
        try:
            stated = parsedate_to_datetime(date_header or "")
        except ValueError:
            return
        # The header is cut to whole seconds; half of one more is the fairest guess.
        lag = (datetime.now(UTC) - stated).total_seconds() - 1
        self._lag = lag if self._lag is None else min(self._lag, lag)


@dataclass(frozen=True, slots=True)
class _Connection:
    """What a thread keeps to itself: its session, and the buffer for the bodies of answers."""

    session: requests.Session
    bodies: BodyReader = field(default_factory=BodyReader)


@dataclass(slots=True)
class Client:
    """One sync's way to Klaviyo, shared by all its threads.

    `base_url` is Klaviyo's host (`https://a.klaviyo.com`); nothing is sent anywhere else. Each
    thread keeps a connection of its own: threads that share a pool spend their time on its lock.
    """

    base_url: str
    auth: AuthBase
    revision: str = revisions.DEFAULT
    quotas: Quotas = field(default_factory=Quotas)
    clock: ServerClock = field(default_factory=ServerClock)
    _own: threading.local = field(init=False, default_factory=threading.local)
    _reading: threading.Lock = field(init=False, default_factory=threading.Lock)
    _backoff: RetryAfterBackoff = field(init=False, default_factory=RetryAfterBackoff)

    @property
    def _connection(self) -> _Connection:
        """This thread's connection."""
        if not hasattr(self._own, "connection"):
            self._own.connection = _Connection(self._new_session())
        connection: _Connection = self._own.connection
        return connection

    def _new_session(self) -> requests.Session:
        session = requests.Session()
        session.auth = self.auth
        # The environment's proxies and certificates, looked up once instead of for each request.
        found = session.merge_environment_settings(
            self.base_url, proxies={}, stream=True, verify=None, cert=None
        )
        session.proxies, session.verify = found["proxies"], found["verify"]
        session.trust_env = False
        return session

    def attempt(
        self,
        url: str,
        params: Mapping[str, str],
        read: Callable[[requests.Response], T],
        *,
        quota: Quota,
        verdicts: Verdicts,
        revision: str | None = None,
        attempt: int = 0,
    ) -> T:
        """Send a GET once and return what `read` makes of the answer (status 200, complete).

        The request must have been reserved in `quota`, which learns from the answer. `attempt`
        counts earlier failures of this request: after too many of them the fault is no longer
        taken for a passing one. `read` raises UnreadableAnswer where an answer makes no sense.

        Raises RetryLater, PageLost or StreamFailed.
        """
        self._refuse_foreign(url)
        outcome: requests.Response | Exception
        began = time.monotonic()
        try:
            outcome = self._send(url, params, revision or self.revision)
            self.clock.observe(outcome.headers.get("Date"))
            quota.learn(outcome.headers, time.monotonic() - began)
            if outcome.status_code == HTTPStatus.OK:
                # Threads that parse at once only take turns, with a page's worth of memory each.
                with self._reading:
                    return read(outcome)
        except (requests.RequestException, UnreadableAnswer) as failure:
            outcome = failure
        verdict = verdicts.interpret_response(outcome)
        message = verdict.error_message or ""
        pause = self._backoff.backoff_time(outcome, attempt)
        match verdict.response_action:
            case ResponseAction.RATE_LIMITED:
                quota.refused(pause)
                if pause > LONGEST_WAIT:
                    raise StreamFailed(_quota_used_up(url, pause), FailureType.transient_error)
                raise RetryLater(message, pause=pause, throttled=True)
            case ResponseAction.RETRY if attempt < verdicts.max_retries:
                raise RetryLater(message, pause=pause)
            case ResponseAction.RESET_PAGINATION:
                raise PageLost(message)
            case ResponseAction.FAIL if isinstance(outcome, requests.Response):
                if kind := _FAILURES.get(outcome.status_code):
                    raise kind(message)
        raise StreamFailed(message, verdict.failure_type or FailureType.system_error)

    def get(
        self,
        url: str,
        params: Mapping[str, str],
        read: Callable[[requests.Response], T],
        *,
        quota: Quota,
        verdicts: Verdicts,
        revision: str | None = None,
        tries: int = Verdicts.max_retries + 1,
    ) -> T:
        """Send a GET, waiting for its quota and through passing faults, at most `tries` times.

        For single requests; the sync engine waits by itself. Raises StreamFailed.
        """
        attempt = 0
        while True:
            while pause := quota.reserve():
                if pause > _WORTH_A_LINE:
                    logger.info("Waiting %.0f s for the quota of %s", pause, urlsplit(url).path)
                time.sleep(pause)
            try:
                return self.attempt(
                    url,
                    params,
                    read,
                    quota=quota,
                    verdicts=verdicts,
                    revision=revision,
                    attempt=attempt,
                )
            except RetryLater as fault:
                attempt += not fault.throttled
                if attempt == tries:
                    raise StreamFailed(str(fault), FailureType.transient_error) from fault
                logger.info("Trying again in %.1f s: %s", fault.pause, fault)
                time.sleep(fault.pause)

    def _refuse_foreign(self, url: str) -> None:
        base, target = urlsplit(self.base_url), urlsplit(url)
        if (base.scheme, base.netloc) != (target.scheme, target.netloc):
            raise StreamFailed(
                f"Klaviyo's answer continues at another host ({target.netloc}); it was not"
                " followed, because the credentials belong to Klaviyo alone.",
                FailureType.system_error,
            )

    def _send(self, url: str, params: Mapping[str, str], revision: str) -> requests.Response:
        own = self._connection
        response = own.session.get(
            url,
            params=params,
            headers=revisions.headers(revision),
            timeout=TIMEOUTS,
            allow_redirects=False,
            stream=True,
        )
        with response:
            response._content = own.bodies.read(response)  # type: ignore[assignment]  # noqa: SLF001
        return response


def _quota_used_up(url: str, pause: float) -> str:
    return (
        f"The daily quota of {urlsplit(url).path} is used up; Klaviyo grants more in"
        f" {pause / 3600:.1f} hours. The next sync goes on from here."
    )
