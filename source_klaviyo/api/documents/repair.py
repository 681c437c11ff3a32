"""JSON repaired from near-JSON, so that a single odd value cannot stop a stream for good.

Klaviyo passes through what shops send. A cut emoji leaves half of a surrogate pair behind, a
division by zero a NaN. Most JSON parsers refuse both, including those of Airbyte's destinations.
"""

import re
from typing import Final

_TOKENS: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+"|-?\b(?:NaN|Infinity)\b')
_SURROGATES: Final = re.compile(
    rb"\\\\"  # an escaped backslash starts no escape
    rb"|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # a whole pair
    rb"|(?P<lone>\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)
_REPLACEMENT: Final = rb"\ufffd"
_CONTROL: Final = re.compile(rb"[\x00-\x1f]")


def repaired(body: bytes | bytearray) -> bytes:
    """Return `body` with everything that JSON forbids replaced, and nothing else changed.

    Half of a surrogate pair, and bytes that are not UTF-8, become U+FFFD, the replacement
    character; NaN and infinities become null; control characters are escaped; a byte order mark is
    left out.

    >>> repaired(b'{"value":NaN}')
    b'{"value":null}'
    """
    text = bytes(body) if body.isascii() else body.decode("utf-8-sig", "replace").encode()
    return _TOKENS.sub(_token, text)


def _token(match: re.Match[bytes]) -> bytes:
    token = match[0]
    if not token.startswith(b'"'):
        return b"null"
    escaped = _CONTROL.sub(lambda found: b"\\u%04x" % found[0][0], token)
    return _SURROGATES.sub(_escape, escaped)


def _escape(match: re.Match[bytes]) -> bytes:
    return _REPLACEMENT if match["lone"] else match[0]
