"""An access token for all threads, renewed before its end and when Klaviyo refuses it."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

import requests

from source_klaviyo.api.auth import Signature
from source_klaviyo.api.retry import RetryState, retried
from source_klaviyo.errors import StreamFailed
from source_klaviyo.oauth.granted import Granted

logger = logging.getLogger("airbyte")

_LONGEST_MARGIN: Final = 60.0
"""Seconds before its end at which a token is renewed: a request may be long on its way."""

_MARGIN: Final = 0.1
"""The margin as a part of the token's life, for short-lived tokens."""


@dataclass(frozen=True, slots=True)
class Token:
    """An access token, good until `ends` on the monotonic clock, and its scopes.

    >>> token = Token.of("abc", since=time.monotonic(), lifetime=3600.0)
    >>> token.header, token.margin, token.is_fresh
    ('Bearer abc', 60.0, True)
    """

    value: str = field(repr=False)
    ends: float
    margin: float
    scopes: frozenset[str] | None = None

    @classmethod
    def of(cls, value: str, since: float, lifetime: float) -> "Token":
        """Return a token that ends `lifetime` seconds after `since` (on the monotonic clock)."""
        return cls(value, since + lifetime, min(_LONGEST_MARGIN, max(0.0, lifetime) * _MARGIN))

    @property
    def header(self) -> str:
        """The value of the header `Authorization`."""
        return f"Bearer {self.value}"

    @property
    def is_fresh(self) -> bool:
        """Whether the token is still good enough to sign requests."""
        return time.monotonic() < self.ends - self.margin


class OAuthSignature(Signature):
    """The signature by an access token, which `refresh` renews for all threads at once.

    `keep` is given every answer of the token endpoint, before the new token signs any request:
    Klaviyo may take back the old refresh token once the new access token is used. `token` is an
    earlier access token, if any.
    """

    is_oauth = True

    def __init__(
        self,
        refresh: Callable[[str], Granted],
        refresh_token: str,
        keep: Callable[[Granted], None],
        token: Token | None = None,
    ) -> None:
        self._refresh = refresh
        self._refresh_token = refresh_token
        self._keep = keep
        self._token = token
        self._failure: StreamFailed | None = None
        self._renewing = threading.Lock()

    @property
    def scopes(self) -> frozenset[str] | None:
        """The token's scopes, None before the first renewal and if Klaviyo does not name them."""
        return self._token.scopes if self._token else None

    def sign_in(self) -> None:
        """Make sure that there is an access token; see Signature."""
        self._fresh_token()

    def header(self) -> str:
        """Return the value of the header `Authorization`; see Signature."""
        return self._fresh_token().header

    def renew(self, refused: requests.PreparedRequest) -> bool:
        """Renew the token in the signature of `refused`, unless another thread has done so."""
        with self._renewing:
            token = self._token
            if token is None or token.header == refused.headers.get("Authorization"):
                self._renew()
        return True

    def is_outdated(self, request: requests.PreparedRequest) -> bool:
        """Whether the token in the signature of `request` has ended since."""
        token = self._token
        signed = request.headers.get("Authorization")
        return token is None or not token.is_fresh or token.header != signed

    def _fresh_token(self) -> Token:
        token = self._token
        if token and token.is_fresh:
            return token
        with self._renewing:
            if self._token and self._token.is_fresh:
                return self._token
            return self._renew()

    def _renew(self) -> Token:
        """Renew the token, with the lock held. A failure is final for all threads."""
        if self._failure:
            raise self._failure
        try:
            granted, asked_at = self._patiently()
        except StreamFailed as failure:
            self._failure = failure
            raise
        self._refresh_token = granted.refresh_token
        self._keep(granted)
        token = Token.of(granted.access_token, asked_at, granted.lifetime)
        self._token = replace(token, scopes=granted.scopes)
        logger.info("Signed in anew for %.0f s.", granted.lifetime)
        return self._token

    def _patiently(self) -> tuple[Granted, float]:
        """Return the new tokens, and the time of the request: a token's life begins then."""

        def ask() -> tuple[Granted, float]:
            asked_at = time.monotonic()
            return self._refresh(self._refresh_token), asked_at

        return retried(ask, "the token endpoint", RetryState())
