"""Bodies of answers, read into buffers that are used again and bounded for all threads."""

import threading
from dataclasses import dataclass, field
from typing import Final

import requests
import urllib3

from source_klaviyo.errors import PageTooLarge

_CHUNK: Final = 256 * 1024
_ALL_SHARES: Final = 64 * 1024 * 1024
_LEAST_SHARE: Final = 2 * 1024 * 1024
_LARGEST: Final = 16 * 1024 * 1024
_LARGEST_SINGLE: Final = 64 * 1024 * 1024


@dataclass(slots=True)
class BodyMemory:
    """The memory that the bodies of all threads may take together.

    Every thread has a `share` in bytes; a single thread at a time may exceed its share, as long as
    the thread holds `beyond`. So an account with huge rows is read more slowly, and never in more
    memory.

    >>> BodyMemory.of(threads=32).share
    2097152
    """

    share: int = _LEAST_SHARE
    beyond: threading.Lock = field(default_factory=threading.Lock)

    @classmethod
    def of(cls, threads: int) -> "BodyMemory":
        """Return the memory for a number of threads."""
        return cls(max(_LEAST_SHARE, _ALL_SHARES // threads))


class BodyReader:
    """A buffer for the bodies of a single thread; the buffer grows to the largest body.

    New memory from the system for every page would cost more time than reading the page.
    """

    def __init__(self, memory: BodyMemory) -> None:
        self._buffer = bytearray()
        self._memory = memory
        self._beyond = False

    def read(self, response: requests.Response, *, single: bool) -> bytearray:
        """Return the body of `response`; the next body overwrites it unless a view of it is in use.

        `single` means that no smaller page can be asked for. Raises PageTooLarge, or requests'
        errors if the answer is cut off, damaged or too slow.
        """
        self.release()
        try:
            self._buffer.append(0)  # refused as long as there is a view
        except BufferError:
            self._buffer = bytearray()
        self._fill(response, _LARGEST_SINGLE if single else _LARGEST)
        return self._buffer

    def release(self) -> None:
        """Let another thread have the memory beyond the shares, after the last use of the body."""
        if self._beyond:
            self._beyond = False
            self._buffer = bytearray()
            self._memory.beyond.release()

    def _fill(self, response: requests.Response, largest: int) -> None:
        filled, buffer = 0, self._buffer
        try:
            while chunk := response.raw.read1(_CHUNK, decode_content=True):
                if filled + len(chunk) > self._memory.share and not self._beyond:
                    self._beyond = self._memory.beyond.acquire()
                if filled + len(chunk) > largest:
                    self.release()
                    raise PageTooLarge(f"An answer has more than {largest:,} bytes.", largest)
                buffer[filled : filled + len(chunk)] = chunk
                filled += len(chunk)
        except urllib3.exceptions.DecodeError as damaged:
            raise requests.exceptions.ContentDecodingError(damaged, response=response) from damaged
        except (urllib3.exceptions.ReadTimeoutError, TimeoutError) as late:
            raise requests.exceptions.ReadTimeout(late, response=response) from late
        except (urllib3.exceptions.HTTPError, OSError) as broken:
            raise requests.exceptions.ChunkedEncodingError(broken, response=response) from broken
        if response.raw.length_remaining:
            # urllib3 checks the stated length in read() only, not in read1().
            raise requests.exceptions.ChunkedEncodingError("cut off", response=response)
        del buffer[filled:]
