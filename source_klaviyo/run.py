"""The program `source-klaviyo`: arguments in, protocol messages on stdout."""

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from source_klaviyo.arguments import Arguments, UsageError, parse
from source_klaviyo.stderr import Stderr
from source_klaviyo.stdout import Stdout, StdoutLost
from source_klaviyo.stop import Stop

SPEC = Path(__file__).parent / "spec.json"
"""The specification, as `tools.generate_spec` writes it."""

_FAILED = 1
_NOT_UNDERSTOOD = 2


def run(arguments: Sequence[str] | None = None) -> None:
    """Run the connector with command line `arguments`, then exit.

    The code is 0 on success, 1 where the command failed, and 2 where the command line is wrong.
    """
    Stderr.install()
    stop = Stop()
    stop.install()
    try:
        sys.exit(_run(sys.argv[1:] if arguments is None else arguments, stop))
    except StdoutLost as lost:
        if not lost.reader_gone:  # else nobody is there to be told
            print(f"source-klaviyo: stdout cannot be written: {lost}", file=sys.stderr)  # noqa: T201
        sys.exit(_FAILED)


def _run(arguments: Sequence[str], stop: Stop) -> int:
    try:
        parsed = parse(arguments)
    except UsageError as error:
        print(error.usage, error, sep="\n", file=sys.stderr)  # noqa: T201
        Stdout().write(_usage_line(str(error)))
        return _NOT_UNDERSTOOD
    stdout = Stdout()
    if parsed.command == "spec":
        stdout.write(spec_line())
        return 0
    return _command(parsed, stop, stdout)


def _command(arguments: Arguments, stop: Stop, stdout: Stdout) -> int:
    # The CDK takes a second and more to import, which `spec` does without.
    from source_klaviyo.commands import Commands, failure_line  # noqa: PLC0415

    try:
        for chunk in Commands(arguments, stop, stdout).run():
            stdout.write(chunk)
    except StdoutLost:
        raise
    except Exception as failure:  # noqa: BLE001  every end of the program is a message
        stdout.write(failure_line(failure))
        if stop.asked():
            stop.leave()
        return _FAILED
    return 0


def spec_line() -> bytes:
    """Return the SPEC message."""
    return _line({"type": "SPEC", "spec": json.loads(SPEC.read_text(encoding="utf-8"))})


def _usage_line(complaint: str) -> bytes:
    """Return the message that a platform shows."""
    error = {
        "message": complaint,
        "internal_message": complaint,
        "failure_type": "system_error",
    }
    trace = {"type": "ERROR", "emitted_at": time.time() * 1000, "error": error}
    return _line({"type": "TRACE", "trace": trace})


def _line(message: dict[str, object]) -> bytes:
    return f"{json.dumps(message, separators=(',', ':'))}\n".encode()
