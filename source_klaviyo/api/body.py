"""The body of an answer, read into memory that is used again."""

import time
from typing import Final

import requests
import urllib3

ANSWER_TIMEOUT: Final = 300.0
"""Seconds for a whole answer, so that one that trickles in cannot hold a worker for ever."""

_CHUNK: Final = 256 * 1024


class BodyReader:
    """Reads bodies into a buffer that grows to the largest; for one thread.

    Memory that is asked of the system anew for every page costs more than reading it.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()

    def read(self, response: requests.Response) -> bytearray:
        """Return the answer's body; it is overwritten by the next unless a view of it is in use.

        Raises requests' errors where it is cut off, damaged or too slow.
        """
        try:
            self._buffer.append(0)  # refused as long as there is a view
        except BufferError:
            self._buffer = bytearray()
        _fill(self._buffer, response)
        return self._buffer


def _fill(buffer: bytearray, response: requests.Response) -> None:
    deadline = time.monotonic() + ANSWER_TIMEOUT
    filled = 0
    try:
        while chunk := response.raw.read1(_CHUNK, decode_content=True):
            buffer[filled : filled + len(chunk)] = chunk
            filled += len(chunk)
            if time.monotonic() > deadline:
                raise requests.exceptions.ReadTimeout(response=response)
    except urllib3.exceptions.DecodeError as damaged:
        raise requests.exceptions.ContentDecodingError(damaged, response=response) from damaged
    except urllib3.exceptions.ReadTimeoutError as late:
        raise requests.exceptions.ReadTimeout(late, response=response) from late
    except (urllib3.exceptions.HTTPError, OSError) as broken:
        raise requests.exceptions.ChunkedEncodingError(broken, response=response) from broken
    if response.raw.length_remaining:
        # urllib3 checks the stated length in read() only, not in read1().
        raise requests.exceptions.ChunkedEncodingError("cut off", response=response)
    del buffer[filled:]
