"""Who may read what."""

from collections.abc import Iterable
from dataclasses import dataclass

from klaviyo_sandbox.api.errors import ApiError
from klaviyo_sandbox.oauth.grants import Grants

FULL_KEY = "pk_sandbox_full"
FULL_TOKEN = "sandbox_token"  # noqa: S105  # a made-up token for a server on localhost
KEY_SCHEME = "klaviyo-api-key"
TOKEN_SCHEME = "bearer"  # noqa: S105
_SCHEMES = {"WWW-Authenticate": "Bearer, Klaviyo-API-Key"}
OAUTH_ONLY = "webhooks:read"
"""Klaviyo answers 403 to private keys on these endpoints, whatever the key's scopes."""


@dataclass(frozen=True, slots=True)
class Credential:
    """A private key or an access token."""

    scopes: frozenset[str] | None
    """None: every scope."""
    oauth: bool

    @property
    def quota(self) -> str:
        """All private keys of the account share one rate-limit quota.

        An app installation has its own.
        """
        return "app" if self.oauth else "account"


class Keys:
    """Every credential the sandbox knows."""

    def __init__(self, grants: Grants) -> None:
        """Start with one private key and one access token, both with every scope.

        The access tokens of `grants` are good as well.
        """
        self._grants = grants
        self._known = {
            (KEY_SCHEME, FULL_KEY): Credential(None, oauth=False),
            (TOKEN_SCHEME, FULL_TOKEN): Credential(None, oauth=True),
        }

    def add(self, name: str, scopes: list[str], *, oauth: bool = False) -> None:
        """Create a private key (or an access token) with these scopes only."""
        scheme = TOKEN_SCHEME if oauth else KEY_SCHEME
        self._known[(scheme, name)] = Credential(frozenset(scopes), oauth=oauth)

    def credential(self, authorization: str | None) -> Credential:
        """Who sent this `Authorization` header.

        Raises:
            ApiError: 401, missing or unknown.
        """
        if not authorization:
            raise ApiError(
                401,
                "not_authenticated",
                "Missing or invalid authorization header.",
                headers=_SCHEMES,
            )
        scheme, _, name = authorization.partition(" ")
        credential = self._known.get((scheme.lower(), name.strip()))
        if credential is None and scheme.lower() == TOKEN_SCHEME:
            installation = self._grants.installation(name.strip())
            if installation is not None:
                credential = Credential(installation.scopes, oauth=True)
        if credential is None and scheme.lower() == KEY_SCHEME:
            raise ApiError(
                401, "not_authenticated", "Missing or invalid private key.", headers=_SCHEMES
            )
        if credential is None:
            raise ApiError(
                401,
                "authentication_failed",
                "Incorrect authentication credentials.",
                headers=_SCHEMES,
            )
        return credential


def check_scopes(credential: Credential, scopes: tuple[str, ...]) -> None:
    """Make sure the credential carries all `scopes`.

    Raises:
        ApiError: 403, naming the missing scope.
    """
    if OAUTH_ONLY in scopes and not credential.oauth:
        detail = "You must have Advanced KDP enabled to use this endpoint."
        raise ApiError(403, "permission_denied", detail)
    if missing := missing_scopes(credential, scopes):
        names = ", ".join(missing)
        detail = f"Your API key is missing the required scopes for this endpoint: {names}"
        raise ApiError(403, "permission_denied", detail)


def missing_scopes(credential: Credential, scopes: Iterable[str]) -> list[str]:
    """Return those of `scopes` that the credential lacks."""
    granted = credential.scopes
    return [] if granted is None else [scope for scope in scopes if scope not in granted]
