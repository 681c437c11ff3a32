"""Klaviyo's token endpoint: tokens for a code or a refresh token."""

from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
import requests
from authlib.integrations.base_client import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from pydantic import TypeAdapter

from source_klaviyo.api import backoff, connection
from source_klaviyo.api.documents.error_document import ErrorDocument
from source_klaviyo.api.error_handler import cause
from source_klaviyo.config.credentials import Secret
from source_klaviyo.errors import CredentialsRefused, RequestFailed
from source_klaviyo.masking import excerpt, mask
from source_klaviyo.oauth.addresses import TOKEN_PATH
from source_klaviyo.oauth.granted import Granted

_DEFAULT_LIFETIME: Final = 3600.0
"""Seconds; the documented lifetime, for an answer without any."""

_LONGEST_LIFETIME: Final = 365 * 86_400.0

_SECRET: Final = TypeAdapter(Secret)


@dataclass(frozen=True, slots=True)
class OAuthApp:
    """An app in Klaviyo, with the token endpoint at `base_url`."""

    base_url: str
    client_id: str
    client_secret: str = field(repr=False)

    def refresh(self, refresh_token: str) -> Granted:
        """Return new tokens. Raises RequestFailed, or CredentialsRefused."""
        return self._ask(
            lambda session, url, limits: session.refresh_token(
                url, refresh_token=refresh_token, **limits
            ),
            refresh_token,
        )

    def exchange(self, code: str, verifier: str, redirect_url: str) -> Granted:
        """Return tokens for an authorization code. Raises RequestFailed, or CredentialsRefused."""
        mask(code, verifier)
        return self._ask(
            lambda session, url, limits: session.fetch_token(
                url,
                grant_type="authorization_code",
                code=code,
                code_verifier=verifier,
                redirect_uri=redirect_url,
                **limits,
            ),
            "",
        )

    def _ask(
        self, send: Callable[[OAuth2Session, str, dict[str, Any]], dict[str, Any]], refresh: str
    ) -> Granted:
        # A redirect would take the refresh token along to another host.
        limits = {"timeout": connection.TIMEOUTS, "allow_redirects": False}
        with OAuth2Session(self.client_id, self.client_secret) as session:
            for scheme in ("http://", "https://"):
                session.mount(scheme, connection.TimedAdapter())
            session.hooks["response"].append(self._refuse_throttled)
            try:
                return _granted(send(session, f"{self.base_url}{TOKEN_PATH}", limits), refresh)
            except OAuthError as refused:
                raise _refusal(refused, self.client_id) from None
            except OSError as failed:  # requests' own errors are OSErrors
                raise self._failure(failed) from None
            except (ValueError, TypeError, OverflowError, RecursionError):
                # The libraries read the answer, and trust its values to have the right types.
                raise RequestFailed(
                    f"{self._place} answered with something that holds no token."
                ) from None

    def _refuse_throttled(self, answer: requests.Response, *_: Any, **__: Any) -> None:  # noqa: ANN401  as in requests
        """Raise RequestFailed for a 429, whatever its body: the library takes it for a refusal."""
        if answer.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            answer.close()
            pause = backoff.retry_after(answer)
            raise RequestFailed(f"{self._place} answered 429.", retry_after=pause)

    @property
    def _place(self) -> str:
        return f"Klaviyo's token endpoint ({urlsplit(self.base_url).netloc}{TOKEN_PATH})"

    def _failure(self, failed: OSError) -> RequestFailed:
        """Return the exception for a failure; the library's own texts may hold secrets."""
        if isinstance(failed, requests.RequestException) and failed.response is not None:
            return RequestFailed(
                f"{self._place} answered {failed.response.status_code}.",
                retry_after=backoff.retry_after(failed.response),
            )
        return RequestFailed(f"{self._place} could not be reached: {cause(failed)}.")


def _granted(answer: dict[str, Any], refresh: str) -> Granted:
    if "errors" in answer:
        raise _told(msgspec.json.decode(msgspec.json.encode(answer), type=ErrorDocument))
    access = _SECRET.validate_python(answer.get("access_token"), strict=True)
    rotated = _SECRET.validate_python(answer.get("refresh_token") or refresh, strict=True)
    mask(access, rotated)
    scope = answer.get("scope")
    scopes = frozenset(scope.replace(",", " ").split()) if isinstance(scope, str) else None
    return Granted(access, rotated, _lifetime(answer.get("expires_in")), scopes or None)


def _told(said: ErrorDocument) -> Exception:
    """Return the exception for errors in JSON:API's form, as Klaviyo sends beside OAuth's own."""
    if "throttled" in said.detail.lower():
        return RequestFailed(f"Klaviyo's token endpoint answered: {said.detail}")
    return _not_renewed(said.detail)


def _not_renewed(why: str) -> CredentialsRefused:
    return CredentialsRefused(
        f"Klaviyo refused to renew the access token ({why}). Sign in again; if that does not help,"
        " check `client_id` and `client_secret`."
    )


def _lifetime(told: object) -> float:
    """Return the life of a token in seconds."""
    try:
        lifetime = float(str(told))
    except ValueError:
        return _DEFAULT_LIFETIME
    return lifetime if 0 < lifetime <= _LONGEST_LIFETIME else _DEFAULT_LIFETIME


def _refusal(refused: OAuthError, client_id: str) -> Exception:
    match refused.error:
        case "invalid_grant":
            return CredentialsRefused(
                "Klaviyo no longer accepts the refresh token (invalid_grant). Sign in again: it"
                " ends when it is not used for 90 days, when the app is uninstalled or its access"
                " is revoked in Klaviyo, or when it was replaced by a newer one that has been lost."
            )
        case "invalid_client" | "unauthorized_client":
            return CredentialsRefused(
                f"Klaviyo does not know the OAuth app {client_id}, or its secret is wrong"
                f" ({refused.error}). Check `client_id` and `client_secret`: in Klaviyo they stand"
                " under Integrations, Manage apps."
            )
        case "server_error" | "temporarily_unavailable" | "slow_down":
            return RequestFailed(f"Klaviyo's token endpoint answered {refused.error}.")
        case other:
            return _not_renewed(excerpt(str(other), 60))
