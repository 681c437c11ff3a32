"""The options of the sandbox's OAuth."""

from dataclasses import dataclass
from typing import Literal

CLIENT_ID = "sandbox-app"
CLIENT_SECRET = "sandbox-app-secret-1f6b"  # noqa: S105  # a made-up secret for a server on localhost


@dataclass(frozen=True, slots=True)
class OAuthRules:
    """Options of the authorization server; the defaults are Klaviyo's, as measured by others."""

    token_seconds: tuple[float, ...] = (3600.0,)
    """Seconds that the first access token lives, the second, …; the last is for all others, too."""
    rotate: Literal["", "on_use", "at_once"] = ""
    """Whether a refresh brings a new refresh token, and when the old one dies: once a new token is
    used, or at once."""
    code_seconds: float = 300.0
    redirect_urls: tuple[str, ...] = ("http://localhost:8765/callback",)
    """The addresses registered for the app; empty: every address is accepted."""
    wrong_state: bool = False
    """The browser comes back with another `state` than the client sent."""
