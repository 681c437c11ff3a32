"""The program: arguments in, credentials out; everything else it says goes to stderr."""

import argparse
import getpass
import os
import sys
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from source_klaviyo.config.values import KLAVIYO, klaviyo_or_loopback
from source_klaviyo.errors import ConfigError
from source_klaviyo.login.callback import PATH, CallbackServer
from source_klaviyo.login.consent import Consent
from source_klaviyo.login.credentials_file import write_credentials
from source_klaviyo.login.outcome import Failed, SignedIn
from source_klaviyo.masking import mask
from source_klaviyo.oauth.addresses import CONSENT_PATH, CONSENT_URL
from source_klaviyo.oauth.token_endpoint import OAuthApp
from source_klaviyo.scopes import scopes_of, streams_named
from source_klaviyo.stderr import Stderr

_SECRET_VARIABLE: Final = "KLAVIYO_CLIENT_SECRET"  # noqa: S105  the name of a variable
_PATIENCE: Final = 300.0
"""Seconds; Klaviyo's own code lives no longer."""


def run(arguments: Sequence[str] | None = None) -> None:
    """Sign in with command line `arguments`; exits with 1 where that failed."""
    Stderr.install()
    options = _parse(arguments)
    try:
        _sign_in(options)
    except KeyboardInterrupt:
        sys.exit("Stopped; nothing was kept.")


def _sign_in(options: argparse.Namespace) -> None:
    if options.output and options.output.exists():
        sys.exit(f"{options.output} is there already; name a new file, or remove it first.")
    secret = os.environ.get(_SECRET_VARIABLE) or getpass.getpass("Client secret: ")
    if not secret.strip():
        sys.exit("There is no client secret. Klaviyo shows it where the app was made.")
    mask(secret)
    app = OAuthApp(options.api_base_url, options.client_id, secret.strip())
    at_klaviyo = options.api_base_url == KLAVIYO
    consent = Consent(
        app,
        CONSENT_URL if at_klaviyo else f"{options.api_base_url}{CONSENT_PATH}",
        f"http://localhost:{options.port}{PATH}",
        _scopes(options),
    )
    try:
        server = CallbackServer(options.port, consent.answered)
    except OSError as taken:
        sys.exit(
            f"Port {options.port} of this machine cannot be used ({taken.strerror}). Take another"
            f" with --port, and register http://localhost:PORT{PATH} in Klaviyo."
        )
    with server:
        _say(f"The redirect URL to register in Klaviyo (Manage apps): {consent.redirect_url}")
        if options.no_browser or not webbrowser.open(consent.address):
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
        sys.exit(f"{output} cannot be written ({failed.strerror}). Sign in again to another file.")
    granted = outcome.granted
    _say(f"Signed in, with {'all' if granted is None else len(granted)} scopes that were allowed.")
    if outcome.denied:
        _say(f"Not allowed, so that what needs it is not read: {', '.join(outcome.denied)}")
    if output:
        _say(f"The credentials are in {output}; put them into the configuration.")


def _scopes(options: argparse.Namespace) -> list[str]:
    if options.scopes:
        return sorted(set(options.scopes))
    try:
        return scopes_of(streams_named(options.streams or ()).values())
    except ConfigError as unknown:
        sys.exit(unknown.message)


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="source-klaviyo-login",
        description="Sign in to Klaviyo with an OAuth app of your own, and get the credentials for"
        " source-klaviyo. The client secret is asked for, or taken from the variable"
        f" {_SECRET_VARIABLE}.",
    )
    parser.add_argument("--client-id", required=True, help="the app's, from Klaviyo: Manage apps")
    parser.add_argument("--port", type=int, default=8765, help="of this machine (%(default)s)")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--scopes", nargs="+", help="what to ask for, like profiles:read")
    which.add_argument("--streams", nargs="+", help="ask for the scopes of these streams alone")
    parser.add_argument("--output", type=Path, help="a new file for the credentials")
    parser.add_argument(
        "--no-browser", action="store_true", help="print the address instead of opening it"
    )
    parser.add_argument(
        "--api-base-url", type=klaviyo_or_loopback, default=KLAVIYO, help=argparse.SUPPRESS
    )
    return parser.parse_args(arguments)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    run()
