"""All writing to stdout."""

import errno
import os
import select
import sys
import threading


class StdoutLost(Exception):  # noqa: N818
    """The end of stdout; `reader_gone` if nobody reads, else `reason` says why."""

    def __init__(self, error: OSError) -> None:
        self.reader_gone = error.errno == errno.EPIPE
        self.reason = error.strerror or str(error)
        super().__init__(self.reason)


class Stdout:
    """Writer of whole lines, for all threads, without a buffer.

    Everything else that prints goes to stderr, as stdout is for messages alone.
    """

    def __init__(self) -> None:
        """Take over stdout. Raises StdoutLost if the process was started without stdout."""
        if sys.stdout is None:
            raise StdoutLost(OSError(errno.EBADF, "it is closed"))
        self._file = sys.stdout.fileno()
        self._writing = threading.Lock()
        sys.stdout.flush()
        sys.stdout = sys.stderr

    def write(self, lines: bytes) -> None:
        """Write whole lines. Raises StdoutLost."""
        rest = memoryview(lines)
        try:
            with self._writing:
                while rest:
                    try:
                        rest = rest[os.write(self._file, rest) :]
                    except BlockingIOError:  # another program made the pipe so
                        select.select((), (self._file,), ())
        except OSError as error:
            raise StdoutLost(error) from error
