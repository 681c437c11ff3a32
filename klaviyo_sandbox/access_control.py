"""Access to the sandbox: private keys, and the OAuth app."""

from collections.abc import Iterable
from dataclasses import dataclass

from klaviyo_sandbox.control_client import ControlClient
from klaviyo_sandbox.oauth.rules import OAuthRules


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens of an installation of the app."""

    access_token: str
    refresh_token: str
    expires_in: float


@dataclass(frozen=True, slots=True)
class AccessControl:
    """Private keys and the rights of the OAuth app; a part of `Sandbox`, as `access`."""

    _control: ControlClient

    def add_key(self, name: str, scopes: Iterable[str]) -> None:
        """Create a private key with these scopes only."""
        self._control.send("keys.add", name=name, scopes=list(scopes))

    def install_app(self, scopes: Iterable[str] | None = None) -> Tokens:
        """Return tokens as if the account's owner had allowed `scopes`; None: everything."""
        allowed = None if scopes is None else list(scopes)
        return self._control.ask(Tokens, "grants.install", scopes=allowed)

    def uninstall_app(self) -> None:
        """Take back all rights of the app."""
        self._control.send("grants.uninstall")

    def set_oauth(self, rules: OAuthRules) -> None:
        """Replace the rules of OAuth; their list of lifetimes starts at its first."""
        self._control.send("grants.set_rules", rules=rules)

    def secrets(self) -> list[str]:
        """Return all known OAuth codes and tokens: no client may show them."""
        return self._control.ask(list[str], "grants.secrets")
