"""The way from the consent page to tokens: state and PKCE (RFC 7636)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session

from source_klaviyo.errors import CredentialsRefused, RequestFailed
from source_klaviyo.login.outcome import Failed, SignedIn
from source_klaviyo.oauth.token_endpoint import OAuthApp

_STATE_LENGTH = 43
_VERIFIER_LENGTH = 64


@dataclass(frozen=True, slots=True)
class Consent:
    """A request for the account owner's consent, good for a single answer."""

    app: OAuthApp
    consent_url: str
    redirect_url: str
    scopes: Sequence[str]
    state: str = field(repr=False, default_factory=lambda: str(generate_token(_STATE_LENGTH)))
    verifier: str = field(repr=False, default_factory=lambda: str(generate_token(_VERIFIER_LENGTH)))

    @property
    def address(self) -> str:
        """The address of Klaviyo's consent page."""
        with OAuth2Session(
            self.app.client_id,
            scope=" ".join(self.scopes),
            redirect_uri=self.redirect_url,
            code_challenge_method="S256",
        ) as session:
            address, _ = session.create_authorization_url(
                self.consent_url, state=self.state, code_verifier=self.verifier
            )
        return str(address)

    def answered(self, query: Mapping[str, str]) -> SignedIn | Failed:
        """Return the outcome of the sign-in, from the query of the callback."""
        if query.get("state") != self.state:
            return Failed(
                "This answer belongs to another sign-in",
                "Nothing was taken from it. The program still waits: allow the request in the tab"
                " that it opened last.",
                final=False,
            )
        if "error" in query:
            return _refused(query["error"], self.redirect_url)
        if not query.get("code"):
            return Failed("Klaviyo sent no code", "Start the program again.")
        try:
            granted = self.app.exchange(query["code"], self.verifier, self.redirect_url)
        except CredentialsRefused as refused:
            return _not_exchanged(refused, self.redirect_url)
        except RequestFailed as failed:
            return Failed("Klaviyo could not be asked for the token", f"{failed} Start again.")
        return SignedIn(granted.refresh_token, granted.scopes, tuple(self.scopes))


def _refused(error: str, redirect_url: str) -> Failed:
    """Return the advice for an error in the query of the callback."""
    match error:
        case "access_denied":
            return Failed(
                "Access to the account was denied",
                "The request was denied on Klaviyo's page. Start the program again and allow the"
                " request, as a user who may install apps in this account.",
            )
        case "invalid_scope":
            return Failed(
                "The app may not ask for these scopes",
                "Add the scopes to the app in Klaviyo (Integrations, Manage apps), or ask for"
                " fewer of them with --scopes or --streams.",
            )
        case "redirect_uri_mismatch" | "invalid_request":
            return Failed(
                f"Klaviyo did not accept the request ({error})",
                f"Register exactly {redirect_url} as a redirect URL of the app in Klaviyo, and"
                " start the program again.",
            )
        case "server_error" | "temporarily_unavailable":
            return Failed("Klaviyo has a problem of its own", "Try again in a few minutes.")
        case _:
            # The error came through the browser, and is not shown.
            return Failed(
                "Klaviyo did not allow it", "Check the client id and the app in Klaviyo, and retry."
            )


def _not_exchanged(refused: CredentialsRefused, redirect_url: str) -> Failed:
    if "invalid_grant" not in str(refused.message):
        return Failed("Klaviyo does not know the app", str(refused.message))
    return Failed(
        "The code is no longer good",
        "Klaviyo's code lives for five minutes and works once. Start the program again, and allow"
        f" the request without delay. The redirect URL of the app must be exactly {redirect_url}.",
    )
