"""The program `source-klaviyo`: arguments in, protocol messages on stdout."""

import json
import os
import sys
import time
from argparse import Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from source_klaviyo.cli.arguments import UsageError, parse
from source_klaviyo.cli.stderr import Stderr
from source_klaviyo.cli.stdout import Stdout, StdoutLost
from source_klaviyo.cli.stop import Stop

SPEC: Final = Path(__file__).parents[1] / "spec.json"
"""The specification, written by `tools.generate_spec`."""

_FOR_PEOPLE: Final = frozenset({"login", "estimate"})
_FAILED: Final = 1
_NOT_UNDERSTOOD: Final = 2


def run(arguments: Sequence[str] | None = None) -> None:
    """Run a command line, without the program's name; then exit.

    The code is 0 on success, 1 if the command failed, and 2 if the command line is wrong.
    """
    Stderr.install()
    stop = Stop()
    stop.install()
    try:
        sys.exit(_run(sys.argv[1:] if arguments is None else arguments, stop))
    except StdoutLost as lost:
        if not lost.reader_gone:  # otherwise nobody reads the message
            print(f"source-klaviyo: stdout cannot be written: {lost}", file=sys.stderr)  # noqa: T201
        sys.exit(_FAILED)


def _run(arguments: Sequence[str], stop: Stop) -> int:
    try:
        options = parse(arguments)
    except UsageError as error:
        print(error.usage, error, sep="\n", file=sys.stderr)  # noqa: T201
        if not _FOR_PEOPLE & {*arguments[:1]}:
            Stdout().write(_usage_line(str(error)))
        return _NOT_UNDERSTOOD
    if options.command in _FOR_PEOPLE:
        # The CDK takes a second and more to import; `spec` does without.
        from source_klaviyo.cli import people  # noqa: PLC0415

        people.run(options)
        return 0
    stdout = Stdout()
    if options.command == "spec":
        stdout.write(spec_line())
        return 0
    return _command(options, stop, stdout)


def _command(options: Namespace, stop: Stop, stdout: Stdout) -> int:
    from source_klaviyo.cli.commands import Commands, as_traced  # noqa: PLC0415
    from source_klaviyo.cli.terminal import Terminal  # noqa: PLC0415
    from source_klaviyo.sync.output.messages import failure_line  # noqa: PLC0415

    terminal = None
    if sys.stderr is not None and sys.stderr.isatty():
        terminal = Terminal(sys.stderr, with_display=not os.isatty(1))
        stop.farewell = terminal.leave
    failure = None
    try:
        for chunk in Commands(options, stop, stdout, terminal).run():
            stdout.write(chunk)
    except StdoutLost:
        raise
    except Exception as failed:  # noqa: BLE001  every end of the program is a message
        failure = as_traced(failed)
        stdout.write(failure_line(failure))
    finally:
        if terminal:
            terminal.end(failure.message if failure else None)
    if failure and stop.asked():
        stop.leave()
    return _FAILED if failure else 0


def spec_line() -> bytes:
    """Return the SPEC message."""
    return _line({"type": "SPEC", "spec": json.loads(SPEC.read_text(encoding="utf-8"))})


def _usage_line(complaint: str) -> bytes:
    """Return the error message for a platform."""
    error = {
        "message": complaint,
        "internal_message": complaint,
        "failure_type": "system_error",
    }
    trace = {"type": "ERROR", "emitted_at": time.time() * 1000, "error": error}
    return _line({"type": "TRACE", "trace": trace})


def _line(message: dict[str, object]) -> bytes:
    return f"{json.dumps(message, separators=(',', ':'))}\n".encode()
