"""Starts the program from a process that has imported it already.

The CDK takes seconds to import, and the tests start the program more than a hundred times. So each
start is a fork of one process in which nothing but the imports has happened. The fork is a process
of its own, with its own stdout, stderr, signals and exit code. `test_stop.py` and `test_stdout.py`,
the examples of the README and the tests of the image start the program as users do.
"""

import contextlib
import io
import logging
import multiprocessing
import os
import sys
import time
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from source_klaviyo.cli.arguments import UsageError, parse
from source_klaviyo.cli.run import run
from source_klaviyo.cli.stderr import Stderr

_FORKS: Final = multiprocessing.get_context("forkserver")
_FORKS.set_forkserver_preload(["source_klaviyo.cli.commands"])
_LONGEST_RUN = 60.0
_CHUNK = 64 * 1024


class Program:
    """The program with command line `arguments`, which has started; `errors` gets its stderr.

    Use it in a `with` block; it is killed at the end, if it has not ended.
    """

    def __init__(self, arguments: Sequence[str], errors: Path) -> None:
        self._stdout, writing = _FORKS.Pipe(duplex=False)
        self._errors = errors
        self._process = _FORKS.Process(target=_run, args=(arguments, writing, errors))
        self._process.start()
        writing.close()
        self._deadline = time.monotonic() + _LONGEST_RUN

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()
        self._process.join()
        self._process.close()
        self._stdout.close()

    def read(self) -> bytes:
        """Return what it printed next, nothing at the end. Raises TimeoutError after a minute."""
        if not self._stdout.poll(max(0.0, self._deadline - time.monotonic())):
            raise TimeoutError(f"The program runs for more than {_LONGEST_RUN:.0f} s.")
        return os.read(self._stdout.fileno(), _CHUNK)

    def read_until(self, text: bytes, times: int) -> bytes:
        """Return what it prints until `text` has come so often. Raises TimeoutError like `read`."""
        printed = bytearray()
        while printed.count(text) < times and (chunk := self.read()):
            printed += chunk
        return bytes(printed)

    def read_all(self) -> bytes:
        """Return all that is left of what it printed. Raises TimeoutError after a minute."""
        return b"".join(iter(self.read, b""))

    def kill(self) -> None:
        """Send it a SIGKILL."""
        self._process.kill()

    def wait(self) -> int:
        """Return its exit code, below 0 where a signal has ended it."""
        self._process.join(_LONGEST_RUN)
        code = self._process.exitcode
        assert code is not None, "the program has printed all, and does not end"
        return code

    @property
    def stderr(self) -> bytes:
        """What it has written there."""
        return self._errors.read_bytes()


def in_this_process(*arguments: str) -> tuple[str, str]:
    """Return what `login` or `estimate` prints on stdout and on stderr, without a start."""
    from source_klaviyo.cli import people  # noqa: PLC0415  most tests need no such command

    out, errors, handlers = io.StringIO(), io.StringIO(), logging.getLogger().handlers
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(errors):
        Stderr.install()
        try:
            people.run(parse(arguments))
        except (SystemExit, UsageError) as ended:
            sys.stderr.write(f"{ended}\n")
        finally:
            logging.getLogger().handlers = handlers
    return out.getvalue(), errors.getvalue()


def _run(arguments: Sequence[str], stdout: Connection, errors: Path) -> None:
    with errors.open("wb") as stderr:
        os.dup2(stderr.fileno(), 2)
    os.dup2(stdout.fileno(), 1)
    stdout.close()
    run(arguments)
