"""Private keys and access tokens, and their scopes."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from klaviyo_sandbox.api.errors import ApiError
from klaviyo_sandbox.oauth.grants import Grants

FULL_KEY = "pk_sandbox_full"
FULL_TOKEN = "sandbox_token"  # noqa: S105  # a made-up token for a server on localhost
KEY_SCHEME = "klaviyo-api-key"
TOKEN_SCHEME = "bearer"  # noqa: S105
OAUTH_ONLY = "webhooks:read"
"""Klaviyo answers 403 to private keys on these endpoints, whatever the scopes (recorded)."""


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
        """Start with a private key and an access token, both with every scope.

        The access tokens of `grants` are good as well.
        """
        self._grants = grants
        self._known = {
            (KEY_SCHEME, FULL_KEY): Credential(None, oauth=False),
            (TOKEN_SCHEME, FULL_TOKEN): Credential(None, oauth=True),
        }

    def add(self, name: str, scopes: Collection[str]) -> None:
        """Create a private key with these scopes only."""
        self._known[(KEY_SCHEME, name)] = Credential(frozenset(scopes), oauth=False)

    def credential(self, authorization: str | None) -> Credential:
        """Who sent this `Authorization` header.

        Raises:
            ApiError: 401, missing or unknown.
        """
        if not authorization:
            raise _refused("not_authenticated", "Missing or invalid authorization header.")
        scheme, _, name = authorization.partition(" ")
        credential = self._known.get((scheme.lower(), name.strip()))
        if credential is None and scheme.lower() == TOKEN_SCHEME:
            installation = self._grants.installation(name.strip())
            if installation is not None:
                credential = Credential(installation.scopes, oauth=True)
        if credential is None and scheme.lower() == KEY_SCHEME:
            raise _refused("not_authenticated", "Missing or invalid private key.")
        if credential is None:
            raise _refused("authentication_failed", "Incorrect authentication credentials.")
        return credential


def _refused(code: str, detail: str) -> ApiError:
    return ApiError(401, code, detail, headers={"WWW-Authenticate": "Bearer, Klaviyo-API-Key"})


def check_scopes(credential: Credential, scopes: Collection[str]) -> None:
    """Make sure the credential carries all `scopes`.

    Raises:
        ApiError: 403, naming the missing scope.
    """
    if OAUTH_ONLY in scopes and not credential.oauth:
        detail = "You must have Advanced KDP enabled to use this endpoint."
        raise ApiError(403, "permission_denied", detail)
    granted = credential.scopes
    missing = [] if granted is None else [scope for scope in scopes if scope not in granted]
    if missing:
        raise scopes_missing(missing)


def scopes_missing(scopes: Iterable[str]) -> ApiError:
    """403: the credential lacks `scopes`. How Klaviyo words the refusal is not recorded."""
    names = ", ".join(scopes)
    detail = f"Your API key is missing the required scopes for this request: {names}"
    return ApiError(403, "permission_denied", detail)
