"""Page cursors, in the forms that have been recorded of Klaviyo.

Most are base64 of the last row's sort value and id, `next::updated::2026-09-04 13:38:55+00:00::id::
T6EyQF`, or of `next::id::T6EyQF` without a sort; events have `[1788529134,"7qWkY8hhfKA",true]`.
Forms and web feeds have whole seconds and no id, so that rows of the same second are passed over.
Coupons have an inner number, data sources the plain id of the next page's first row.
"""

import base64
import binascii
import json
from dataclasses import dataclass

from klaviyo_sandbox.api.errors import invalid_cursor
from klaviyo_sandbox.store.moment import MICROS, micros, moment_of, seconds_text, spaced_text
from klaviyo_sandbox.store.order import Key, Order, Position

WITHOUT_ID = {"form": "created::{0}::updated::{0}", "web-feed": "created::{0}"}
"""Collections whose cursors name no row, with what they hold in its place."""
FIRST_COUPON = 2_081_049
_DATE_TIME = "date-time"
_NO_TIME = 2**60
"""From here on a key stands for no moment: rows without a value."""
_BEYOND_IDS = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Cursor:
    """A place between two rows."""

    position: Position
    forward: bool
    overlap: int = 0
    """How many rows before it to read once more."""


def write_cursor(
    collection: str, order: Order, place: Position, *, forward: bool, tells_ties: bool
) -> str:
    """Return the text of a cursor at `place`, for a collection of that type.

    If not `tells_ties`, a cursor in an order of times has no id.
    """
    key, row_id = place
    way = "next" if forward else "prev"
    by_time = order.kind == _DATE_TIME and isinstance(key, int) and abs(key) < _NO_TIME
    if by_time and (collection in WITHOUT_ID or not tells_ties):
        value = seconds_text(moment_of(int(key))).replace("T", " ")
        form = WITHOUT_ID.get(collection, f"{order.field}::{{0}}")
        return _base64(f"{way}::{form.format(value)}")
    if collection == "event":
        return _base64(json.dumps([key, row_id, forward]))
    by_id = order.field == "id"
    if collection == "data-source" and forward and by_id:
        return order.positions[order.index(place) + 1][1]
    if collection == "coupon":
        return _base64(f"{way}::id::{FIRST_COUPON + order.index(place)}")
    if by_id:
        return _base64(f"{way}::id::{row_id}")
    return _base64(f"{way}::{order.field}::{_written(key, order.kind)}::id::{row_id}")


def read_cursor(text: str, collection: str, order: Order, *, descending: bool) -> Cursor:
    """Return the cursor in `text`, which `write_cursor` has written for such an order.

    Raises:
        ApiError: 400, not a cursor, or one of another sort.
    """
    if collection == "data-source" and not _plain(text).startswith(("next::", "prev::")):
        return Cursor(_by_id(text, order), forward=True, overlap=1)
    try:
        plain = base64.b64decode(text.encode(), validate=True).decode()
        if collection == "event" and plain.startswith("["):
            key, row_id, forward = json.loads(plain)
            return Cursor((_of_kind(key, order.kind), str(row_id)), bool(forward))
        way, field, value = plain.split("::", 2)
        place = _position(field, value, collection, order, descending=descending)
        return Cursor(place, way == "next")
    except (binascii.Error, ValueError, TypeError, IndexError) as error:
        raise invalid_cursor() from error


def _position(
    field: str, value: str, collection: str, order: Order, *, descending: bool
) -> Position:
    if collection == "coupon":
        return order.positions[int(value) - FIRST_COUPON]
    if field == order.field == "id" and "::id::" not in value:
        return _by_id(value, order)
    if order.kind == _DATE_TIME and "::id::" not in value:
        second = micros(value.rpartition("::")[2]) // MICROS * MICROS
        return (second, "") if descending else (second + MICROS - 1, _BEYOND_IDS)
    written, _, row_id = value.rpartition("::id::")
    if field != order.field:
        raise ValueError(field)
    return (_read(written, order.kind), row_id)


def _plain(text: str) -> str:
    try:
        return base64.b64decode(text.encode(), validate=True).decode(errors="replace")
    except binascii.Error:
        return ""


def _by_id(row_id: str, order: Order) -> Position:
    """Return a place in an order by id; some types of rows have no key there."""
    keyed = order.positions and order.positions[0][0]
    return (row_id if keyed else "", row_id)


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _written(key: Key, kind: str) -> str:
    try:
        return spaced_text(moment_of(int(key))) if kind == _DATE_TIME else str(key)
    except OverflowError:  # nothing comes before any time
        return str(key)


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
