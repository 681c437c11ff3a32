"""`source-klaviyo login`: gets credentials; everything else it prints goes to stderr."""

import errno
import getpass
import os
import sys
import webbrowser
from argparse import Namespace
from pathlib import Path
from typing import Final, NoReturn

from source_klaviyo.config.values import KLAVIYO
from source_klaviyo.errors import ConfigError
from source_klaviyo.login.arguments import SECRET_VARIABLE
from source_klaviyo.login.callback import PATH, CallbackServer
from source_klaviyo.login.consent import Consent
from source_klaviyo.login.credentials_file import write_credentials
from source_klaviyo.login.outcome import Failed, SignedIn
from source_klaviyo.masking import mask
from source_klaviyo.oauth.addresses import CONSENT_PATH, CONSENT_URL
from source_klaviyo.oauth.token_endpoint import OAuthApp
from source_klaviyo.registry import scopes_of, streams_named
from source_klaviyo.suggestion import did_you_mean_or

_PATIENCE: Final = 300.0
"""Seconds; Klaviyo's own code lives no longer."""


def run(options: Namespace) -> None:
    """Sign in as `options` say, and write the credentials.

    Exits with 1 on failure, and raises ConfigError for unknown scopes or streams.
    """
    if options.output and options.output.exists():
        sys.exit(f"{options.output} is there already; name a new file, or remove it first.")
    if options.output and not options.output.parent.is_dir():
        _unwritable(options.output, os.strerror(errno.ENOENT))
    scopes = _scopes(options)
    app = OAuthApp(options.api_base_url, options.client_id, _secret())
    at_klaviyo = options.api_base_url == KLAVIYO
    consent = Consent(
        app,
        CONSENT_URL if at_klaviyo else f"{options.api_base_url}{CONSENT_PATH}",
        f"http://localhost:{options.port}{PATH}",
        scopes,
    )
    try:
        server = CallbackServer(options.port, consent.answered)
    except OSError as taken:
        sys.exit(
            f"Port {options.port} of this machine cannot be used ({taken.strerror}). Take another"
            f" with --port, and register http://localhost:PORT{PATH} in Klaviyo."
        )
    with server:
        _say(
            "Register this redirect URL (callback URL) in Klaviyo (Manage apps):"
            f" {consent.redirect_url}"
        )
        if options.no_browser or not is_opened(consent.address):
            _say(f"Open this address in a browser on this machine:\n{consent.address}")
        _say("Waiting for Klaviyo's answer, for five minutes at most ...")
        outcome = server.wait(_PATIENCE)
    _finish(outcome, consent, options.output)


def _finish(outcome: SignedIn | Failed | None, consent: Consent, output: Path | None) -> None:
    if outcome is None:
        sys.exit(
            "No answer came within five minutes. If Klaviyo showed an error about the redirect"
            f" URL, register exactly {consent.redirect_url} as one of the app's, and start again."
        )
    if isinstance(outcome, Failed):
        sys.exit(f"{outcome.what}. {outcome.advice}")
    try:
        write_credentials(consent.app, outcome.refresh_token, output)
    except OSError as failed:
        _unwritable(output or "stdout", failed.strerror)
    granted = outcome.granted
    _say(f"Signed in, with {'all' if granted is None else len(granted)} scopes that were allowed.")
    if outcome.denied:
        _say(f"Not allowed, so streams that need them are not read: {', '.join(outcome.denied)}")
    if output:
        _say(f"The credentials are in {output}; put them into the configuration.")


def is_opened(address: str) -> bool:
    """Open an address in a browser, whose own words go to stderr: stdout is for credentials."""
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        return webbrowser.open(address)
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def _unwritable(output: Path | str, why: str | None) -> NoReturn:
    sys.exit(f"{output} cannot be written ({why}). Sign in again to another file.")


def _scopes(options: Namespace) -> list[str]:
    """Return the scopes to ask for. Raises ConfigError for unknown scopes or streams."""
    known = scopes_of()
    if unknown := [scope for scope in options.scopes if scope not in known]:
        raise ConfigError(
            f"No stream needs the scope {', '.join(unknown)}."
            f"{did_you_mean_or(unknown, known, 'There are')}"
        )
    return sorted(options.scopes) or scopes_of(streams_named(options.streams).values())


def _secret() -> str:
    """Return the client secret, from the environment or the terminal."""
    try:
        secret = os.environ.get(SECRET_VARIABLE) or getpass.getpass("Client secret: ")
    except (EOFError, OSError):  # nobody to ask
        secret = ""
    if not secret.strip():
        sys.exit(
            "There is no client secret. Klaviyo shows it where the app was made. Without a"
            f" terminal, give it in the variable {SECRET_VARIABLE}."
        )
    mask(secret)
    return secret.strip()


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
