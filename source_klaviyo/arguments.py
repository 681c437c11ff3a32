"""The command line of `source-klaviyo`."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn


@dataclass(frozen=True, slots=True)
class Arguments:
    """A command, and the paths of its files; `streams` are the only ones to read, if any."""

    command: str
    debug: bool = False
    config: str = ""
    catalog: str = ""
    state: tuple[str, ...] = ()
    streams: tuple[str, ...] = ()


class UsageError(Exception):
    """The command line is not one that the program knows; `usage` says what it knows."""

    def __init__(self, complaint: str, usage: str) -> None:
        super().__init__(complaint)
        self.usage = usage


def parse(arguments: Sequence[str]) -> Arguments:
    """Return what a command line asks for. Raises UsageError; `--help` prints and exits with 0."""
    found = vars(_parser().parse_args(arguments))
    names = found.pop("streams", None) or ""
    return Arguments(
        **{**found, "state": tuple(found.get("state") or ())},
        streams=tuple(name for name in names.split(",") if name),
    )


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Hand the complaint over, where argparse would print it and exit."""
        raise UsageError(f"{message[:1].upper()}{message[1:]}.", self.format_usage().rstrip())


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="source-klaviyo",
        description="Reads a Klaviyo account; prints Airbyte protocol messages, one JSON a line.",
    )
    commands = parser.add_subparsers(title="commands", dest="command", required=True)
    _command(commands, "spec", "print what can be configured")
    check = _command(commands, "check", "sign in, and tell which streams can be read")
    discover = _command(commands, "discover", "print the catalog of streams")
    read = _command(commands, "read", "read the streams of a catalog")
    for command in (check, discover, read):
        command.add_argument("--config", required=True, help="JSON file of the configuration")
    read.add_argument(
        "--catalog",
        required=True,
        help="JSON file of a configured catalog, or what `discover` has printed",
    )
    read.add_argument(
        "--state",
        nargs="+",
        help="JSON file of states, or what `read` has printed; of several files the last counts",
    )
    read.add_argument(
        "--streams", metavar="NAME,NAME", help="read these streams of the catalog alone"
    )
    return parser


def _command(
    commands: "argparse._SubParsersAction[_Parser]", name: str, text: str
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text, description=f"{text[:1].upper()}{text[1:]}.")
    command.add_argument("--debug", action="store_true", help="log more")
    return command
