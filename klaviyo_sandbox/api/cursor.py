"""Page cursors, in the forms of recorded answers (docs/klaviyo-api.md).

Most are base64 of the last row's sort value and id, `next::updated::2026-09-04 13:38:55+00:00::id::
T6EyQF`, or of `next::id::T6EyQF` without a sort; events have `[1788529134,"7qWkY8hhfKA",true]`.
Forms and web feeds have whole seconds and no id: they pass over other rows of the same second.
Coupons have an inner number, data sources the plain id of the next page's first row. The sandbox
gives no cursors to previous pages: no client asks for one.
"""

import base64
import binascii
import json
from dataclasses import dataclass

from klaviyo_sandbox.api.errors import invalid_cursor
from klaviyo_sandbox.store.moment import MICROS, micros, moment_of, seconds_text, spaced_text
from klaviyo_sandbox.store.order import Key, Order, Position

WITHOUT_ID = {"form": "created::{0}::updated::{0}", "web-feed": "created::{0}"}
"""Collections whose cursors name no row, and the text of their cursors."""
FIRST_COUPON = 2_081_049
_DATE_TIME = "date-time"
_NO_TIME = 2**60
"""Larger keys stand for no moment: rows without a value."""
_BEYOND_IDS = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place between two rows."""

    position: Position
    overlap: int = 0
    """The number of rows before the place that belong to the page."""


def write_cursor(collection: str, order: Order, place: Position, *, tells_ties: bool) -> str:
    """Return the text of a cursor at `place`, for a collection of that type.

    If not `tells_ties`, a cursor in an order of times has no id.
    """
    key, row_id = place
    by_time = order.kind == _DATE_TIME and isinstance(key, int) and abs(key) < _NO_TIME
    if by_time and (collection in WITHOUT_ID or not tells_ties):
        value = seconds_text(moment_of(int(key))).replace("T", " ")
        form = WITHOUT_ID.get(collection, f"{order.field}::{{0}}")
        return _base64(f"next::{form.format(value)}")
    if collection == "event":
        return _base64(json.dumps([key, row_id, True]))
    if order.field != "id":
        value = spaced_text(moment_of(int(key))) if by_time else str(key)
        return _base64(f"next::{order.field}::{value}::id::{row_id}")
    if collection == "data-source":
        return order.positions[order.index(place) + 1][1]
    inner = FIRST_COUPON + order.index(place) if collection == "coupon" else row_id
    return _base64(f"next::id::{inner}")


def read_cursor(text: str, collection: str, order: Order, *, descending: bool) -> Cursor:
    """Return the cursor in `text`, written by `write_cursor` for this order.

    Raises:
        ApiError: 400, not a cursor, or the cursor of another sort.
    """
    if collection == "data-source" and order.field == "id":
        return Cursor((text, text), overlap=1)
    try:
        plain = base64.b64decode(text.encode(), validate=True).decode()
        if collection == "event" and plain.startswith("["):
            key, row_id, _ = json.loads(plain)
            return Cursor((_of_kind(key, order.kind), str(row_id)))
        _, field, value = plain.split("::", 2)
        return Cursor(_position(field, value, collection, order, descending=descending))
    except (binascii.Error, ValueError, TypeError, IndexError) as error:
        raise invalid_cursor() from error


def _position(
    field: str, value: str, collection: str, order: Order, *, descending: bool
) -> Position:
    if collection == "coupon":
        return order.positions[int(value) - FIRST_COUPON]
    written, names_row, row_id = value.rpartition("::id::")
    if field == order.field == "id" and not names_row:
        return (value, value)
    if order.kind == _DATE_TIME and not names_row:
        second = micros(value.rpartition("::")[2]) // MICROS * MICROS
        return (second, "") if descending else (second + MICROS - 1, _BEYOND_IDS)
    if field != order.field:
        raise ValueError(field)
    return (_read(written, order.kind), row_id)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _read(text: str, kind: str) -> Key:
    if kind == "string":
        return text
    if kind == _DATE_TIME and ":" in text:
        return micros(text)
    return _of_kind(json.loads(text), kind)


def _of_kind(key: object, kind: str) -> Key:
    if isinstance(key, str if kind == "string" else int | float):
        return key
    raise ValueError(key)
