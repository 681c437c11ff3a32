"""The options of `source-klaviyo login`."""

import argparse
from argparse import ArgumentParser
from pathlib import Path
from typing import Final

from source_klaviyo.config.values import KLAVIYO, klaviyo_or_loopback

SECRET_VARIABLE: Final = "KLAVIYO_CLIENT_SECRET"  # noqa: S105  the name of a variable
_LAST_PORT: Final = 65_535


def add_options(parser: ArgumentParser, names: type[argparse.Action]) -> None:
    """Add the options to `parser`; `names` is the action for a list of names."""
    parser.description = (
        f"{parser.description} The client secret is asked for, or taken from the variable"
        f" {SECRET_VARIABLE}."
    )
    parser.add_argument("--client-id", required=True, help="the app's, from Klaviyo: Manage apps")
    parser.add_argument("--port", type=_port, default=8765, help="of this machine (%(default)s)")
    which = parser.add_mutually_exclusive_group()
    which.add_argument(
        "--scopes",
        nargs="+",
        action=names,
        default=[],
        metavar="SCOPE",
        help="what to ask for, like profiles:read",
    )
    which.add_argument(
        "--streams",
        nargs="+",
        action=names,
        default=[],
        metavar="NAME",
        help="ask for the scopes of these streams alone",
    )
    parser.add_argument("--output", type=Path, help="a new file for the credentials")
    parser.add_argument(
        "--no-browser", action="store_true", help="print the address instead of opening it"
    )
    parser.add_argument(
        "--api-base-url", type=klaviyo_or_loopback, default=KLAVIYO, help=argparse.SUPPRESS
    )


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _LAST_PORT:
        raise argparse.ArgumentTypeError(f"{text} is not a port, 1 to {_LAST_PORT}")
    return int(text)
