"""All writing to stderr, with secrets masked."""

import sys
from typing import Any, TextIO, cast

from source_klaviyo.masking import masked


class Stderr:
    """A file that passes text to `stream` by whole lines, masked: a secret may come in pieces."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._rest = ""

    @classmethod
    def install(cls) -> None:
        """Redirect everything that the program, its libraries and Python itself write to stderr."""
        if sys.stderr is not None:
            sys.stderr = cast("TextIO", cls(sys.stderr))

    def write(self, text: str) -> int:
        """Take `text`; return its number of characters."""
        lines, newline, self._rest = f"{self._rest}{text}".rpartition("\n")
        self._stream.write(masked(f"{lines}{newline}"))
        return len(text)

    def flush(self) -> None:
        """Write the rest of an unfinished line, for example a prompt."""
        rest, self._rest = self._rest, ""
        self._stream.write(masked(rest))
        self._stream.flush()

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401  whatever the stream has
        return getattr(self._stream, name)
