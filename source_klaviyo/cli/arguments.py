"""The command line of `source-klaviyo`."""

import argparse
import re
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from textwrap import fill
from typing import Final, NoReturn

from source_klaviyo.suggestion import did_you_mean

PROGRAM: Final = "source-klaviyo"
_PACKAGE: Final = "airbyte-source-klaviyo"


class UsageError(Exception):
    """A wrong command line; `usage` is the right form."""

    def __init__(self, complaint: str, usage: str) -> None:
        super().__init__(complaint)
        self.usage = usage


class Names(argparse.Action):
    """An option for names with commas or blanks between: `--streams a,b` and `--streams a b`."""

    def __call__(
        self,
        parser: ArgumentParser,  # noqa: ARG002
        namespace: Namespace,
        values: object,
        option: str | None = None,  # noqa: ARG002
    ) -> None:
        """Store the names, each once. Raises ArgumentError if there is no name."""
        texts = values if isinstance(values, list) else [values]
        names = [name.strip() for text in texts for name in str(text).split(",")]
        if not any(names):  # an empty shell variable must not mean everything
            raise argparse.ArgumentError(self, "expected at least one name")
        setattr(namespace, self.dest, list(dict.fromkeys(name for name in names if name)))


def parse(arguments: Sequence[str]) -> Namespace:
    """Return the options of a command line; `command` is the command.

    Raises UsageError. `--help` and `--version` print and exit with 0.

    >>> parse(["read", "--config", "c.json", "--catalog", "c.jsonl", "--streams", "a,b"]).streams
    ['a', 'b']
    """
    _Parser.written = [word for word in arguments if word.startswith("--")]
    parser = _parser(next((word for word in arguments if word in _COMMANDS), ""))
    options, unknown = parser.parse_known_args(arguments)
    if unknown:
        close = did_you_mean(unknown, _options(options.parser))
        complaint = f"Unrecognized arguments: {' '.join(unknown)}.{close}"
        raise UsageError(complaint, options.parser.format_usage().rstrip())
    return options


class _Parser(ArgumentParser):
    written: Sequence[str] = ()
    """The options on the command line, to suggest the intended option."""

    def error(self, message: str) -> NoReturn:
        """Raise UsageError, where argparse would print and exit."""
        said, _, choices = message.partition(" (choose from ")
        if choices:
            close = did_you_mean(re.findall(r"'(.*)'", said), re.findall(r"[\w-]+", choices))
        else:  # perhaps an option is missing because it was misspelt
            unknown = {*self.written} - {*_options(self)}
            close = did_you_mean(sorted(unknown), re.findall(r"--[\w-]+", message))
        complaint = f"{message[:1].upper()}{message[1:]}.{close}"
        raise UsageError(complaint, self.format_usage().rstrip())


def _options(parser: ArgumentParser) -> list[str]:
    return re.findall(r"--[\w-]+", parser.format_help())


@dataclass(frozen=True, slots=True)
class _Command:
    """A command: its help, an example, and the function that adds its options to a parser."""

    help: str
    example: str
    options: Callable[[ArgumentParser], None]


def _parser(wanted: str) -> _Parser:
    """Return the parser; only the `wanted` command gets its options, as some need slow imports."""
    parser = _Parser(
        prog=PROGRAM,
        description="Reads a Klaviyo account; prints Airbyte protocol messages, one JSON a line.",
        epilog=f"{PROGRAM} COMMAND --help tells more, with an example.",
    )
    parser.add_argument("--version", action="version", version=f"{PROGRAM} {version(_PACKAGE)}")
    commands = parser.add_subparsers(title="commands", dest="command", required=True)
    for name, command in _COMMANDS.items():
        own = commands.add_parser(
            name,
            help=command.help,
            description=f"{command.help[:1].upper()}{command.help[1:]}.",
            epilog=f"example:\n  {PROGRAM} {name} {command.example}".rstrip(),
            formatter_class=argparse.RawDescriptionHelpFormatter,  # an example stays on one line
        )
        own.set_defaults(parser=own)
        if name == wanted:
            command.options(own)
            own.description = fill(own.description or "")
    return parser


def _debug(parser: ArgumentParser) -> None:
    parser.add_argument("--debug", action="store_true", help="log more")


def _config(parser: ArgumentParser) -> None:
    _debug(parser)
    parser.add_argument("--config", required=True, help="JSON file of the configuration")


def _read(parser: ArgumentParser) -> None:
    _config(parser)
    parser.add_argument(
        "--catalog",
        required=True,
        help="JSON file of a configured catalog, or what `discover` has printed",
    )
    parser.add_argument(
        "--state",
        nargs="+",
        default=[],
        help="JSON file of states, or what `read` has printed; of several files the last counts",
    )
    parser.add_argument(
        "--streams",
        nargs="+",
        action=Names,
        default=[],
        metavar="NAME",
        help="read these streams of the catalog alone",
    )


def _login(parser: ArgumentParser) -> None:
    from source_klaviyo.login.arguments import add_options  # noqa: PLC0415

    add_options(parser, Names)


def _estimate(parser: ArgumentParser) -> None:
    from source_klaviyo.estimate.arguments import add_options  # noqa: PLC0415

    add_options(parser, Names)


_COMMANDS: Final[Mapping[str, _Command]] = {
    "spec": _Command("print what can be configured", "", _debug),
    "check": _Command(
        "sign in, and tell which streams can be read", "--config config.json", _config
    ),
    "discover": _Command(
        "print the catalog of streams", "--config config.json > catalog.jsonl", _config
    ),
    "read": _Command(
        "read the streams of a catalog",
        "--config config.json --catalog catalog.jsonl --streams profiles,events > first.jsonl",
        _read,
    ),
    "login": _Command(
        "sign in with an OAuth app of your own, and get its credentials",
        "--client-id YOUR_CLIENT_ID --output credentials.json",
        _login,
    ),
    "estimate": _Command(
        "tell how long a first sync takes at Klaviyo's quota",
        "--config config.json --streams profiles,events",
        _estimate,
    ),
}
