"""The rights of the app: installations, codes and tokens."""

import base64
import hashlib
import secrets
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from klaviyo_sandbox.oauth.rules import OAuthRules
from klaviyo_sandbox.store.clock import Clock

_NEVER = datetime.max.replace(tzinfo=UTC)


class GrantError(Exception):
    """A code or token is wrong, used up or too old."""


@dataclass(slots=True, eq=False)
class Installation:
    """An installation of the app and its `scopes`; None: all."""

    scopes: frozenset[str] | None
    revoked: bool = False


@dataclass(slots=True)
class _Code:
    installation: Installation
    challenge: str
    redirect_url: str
    expires: datetime


@dataclass(slots=True)
class _Token:
    installation: Installation
    supersedes: str
    """The refresh token that ends with the first use of this token."""
    expires: datetime = _NEVER


@dataclass(frozen=True, slots=True)
class Issued:
    """A pair of tokens."""

    access_token: str
    refresh_token: str
    expires_in: float
    scopes: frozenset[str] | None


@dataclass(slots=True)
class Grants:
    """All codes and tokens, with their installations; they expire by `clock`."""

    clock: Clock
    rules: OAuthRules = field(default_factory=OAuthRules)
    _codes: dict[str, _Code] = field(default_factory=dict)
    _refresh: dict[str, _Token] = field(default_factory=dict)
    _access: dict[str, _Token] = field(default_factory=dict)
    _granted: int = 0

    def set_rules(self, rules: OAuthRules) -> None:
        """Replace the rules; their list of lifetimes starts at its first."""
        self.rules = rules
        self._granted = 0

    def secrets(self) -> list[str]:
        """Return all known codes and tokens: no client may show them."""
        return [*self._codes, *self._refresh, *self._access]

    def code(self, scopes: Iterable[str], challenge: str, redirect_url: str) -> str:
        """Return a code for scopes that the owner has just allowed."""
        expires = self.clock.now() + timedelta(seconds=self.rules.code_seconds)
        made = secrets.token_urlsafe(24)
        self._codes[made] = _Code(Installation(frozenset(scopes)), challenge, redirect_url, expires)
        return made

    def install(self, scopes: Collection[str] | None = None) -> Issued:
        """Return tokens as if the account's owner had allowed `scopes`; None: everything."""
        return self._issue(Installation(None if scopes is None else frozenset(scopes)), "")

    def exchange(self, code: str, verifier: str, redirect_url: str) -> Issued:
        """Return tokens for a code, and forget the code.

        Raises:
            GrantError: the code, its verifier or its redirect URL is wrong, or the code too old.
        """
        known = self._codes.pop(code, None)
        if known is None or known.expires <= self.clock.now():
            raise GrantError("The authorization code is invalid or has expired.")
        if known.redirect_url != redirect_url:
            raise GrantError("The redirect_uri does not match that of the authorization.")
        digest = hashlib.sha256(verifier.encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != known.challenge:
            raise GrantError("Code challenge failed.")
        return self._issue(known.installation, "")

    def refresh(self, token: str) -> Issued:
        """Return new tokens for a refresh token.

        Raises:
            GrantError: the token is unknown, revoked, or replaced.
        """
        known = self._refresh.get(token)
        if known is None or known.installation.revoked:
            raise GrantError("The refresh token is invalid, expired or revoked.")
        self._used(known)
        return self._issue(known.installation, token)

    def uninstall(self) -> None:
        """Uninstall the app everywhere."""
        for known in self._refresh.values():
            known.installation.revoked = True

    def installation(self, access_token: str) -> Installation | None:
        """Return the installation of an access token; None if unknown, too old or revoked."""
        known = self._access.get(access_token)
        if known is None or known.installation.revoked or known.expires <= self.clock.now():
            return None
        self._used(known)
        return known.installation

    def _used(self, token: _Token) -> None:
        self._refresh.pop(token.supersedes, None)
        token.supersedes = ""

    def _issue(self, installation: Installation, refreshed: str) -> Issued:
        lifetimes = self.rules.token_seconds
        seconds = lifetimes[min(self._granted, len(lifetimes) - 1)]
        self._granted += 1
        now = self.clock.now()
        kept = refreshed if refreshed and not self.rules.rotate else ""
        supersedes = refreshed if self.rules.rotate == "on_use" else ""
        refresh = kept or f"rt_{secrets.token_urlsafe(24)}"
        access = f"at_{secrets.token_urlsafe(24)}"
        if not kept:
            self._refresh[refresh] = _Token(installation, supersedes)
        if refreshed and self.rules.rotate == "at_once":
            self._refresh.pop(refreshed, None)
        self._access[access] = _Token(installation, supersedes, now + timedelta(seconds=seconds))
        return Issued(access, refresh, seconds, installation.scopes)
