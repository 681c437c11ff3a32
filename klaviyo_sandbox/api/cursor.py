"""Opaque page cursors.

Klaviyo's name the last row: `base64([1788529134,"7qWkY8hhfKA",true])` has its sort value, its id,
and whether to read on from there or back. The id tells rows with equal sort values apart.
"""

import base64
import binascii
import json
from dataclasses import dataclass

from klaviyo_sandbox.api.errors import invalid_cursor
from klaviyo_sandbox.store.order import Key, Position

_PARTS = 3


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place between two rows."""

    position: Position
    forward: bool
    overlap: int = 0
    """How many rows before it to read once more."""


def write_cursor(position: Position, *, forward: bool = True) -> str:
    """Return the text of a cursor."""
    return base64.b64encode(json.dumps([*position, forward]).encode()).decode()


def read_cursor(text: str, lowest: Key) -> Cursor:
    """Return the cursor in `text`; its value must be of the same kind as `lowest`.

    Raises:
        ApiError: 400, not a cursor, or one of another sort.
    """
    try:
        parts = json.loads(base64.b64decode(text.encode(), validate=True))
    except (binascii.Error, ValueError) as error:
        raise invalid_cursor() from error
    if not isinstance(parts, list) or len(parts) != _PARTS:
        raise invalid_cursor()
    key, row_id, forward = parts
    fits = isinstance(key, str) if isinstance(lowest, str) else isinstance(key, int | float)
    if not (fits and isinstance(row_id, str) and isinstance(forward, bool)):
        raise invalid_cursor()
    return Cursor((key, row_id), forward)
