"""The one writer of stdout."""

import errno
import os
import sys
import threading


class StdoutLost(Exception):  # noqa: N818
    """Nothing more can be written; `reader_gone` where nobody reads, else `reason` says why."""

    def __init__(self, error: OSError) -> None:
        self.reader_gone = error.errno == errno.EPIPE
        self.reason = error.strerror or str(error)
        super().__init__(self.reason)


class Stdout:
    """Writes whole lines, from whichever thread, and holds nothing back.

    Whatever else in the process prints goes to stderr, as stdout is for messages alone.
    """

    def __init__(self) -> None:
        """Take over stdout. Raises StdoutLost where the process was started without one."""
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
                    rest = rest[os.write(self._file, rest) :]
        except OSError as error:
            raise StdoutLost(error) from error
