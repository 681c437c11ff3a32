"""The rows of a page."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from klaviyo_sandbox.api.conditions import Test
from klaviyo_sandbox.api.cursor import Cursor
from klaviyo_sandbox.store.order import Order, Position
from klaviyo_sandbox.store.row import Row
from klaviyo_sandbox.store.world import Rows


def pick_page(
    rows: Rows,
    order: Order,
    within: range,
    tests: Sequence[Test],
    cursor: Cursor | None,
    size: int | None,
    *,
    descending: bool,
) -> tuple[list[Row], Position | None]:
    """Return a page, and the place of its last row if more rows follow.

    The page has up to `size` rows of `order` (all if None): those at the indexes `within`, after
    the `cursor`, that pass all `tests`.
    """
    stretch = within if cursor is None else _behind(order, within, cursor, descending=descending)
    found: list[Row] = []
    last: Position | None = None
    for index in reversed(stretch) if descending else stretch:
        position = order.positions[index]
        row = rows.get(position[1])
        if row is None or not all(test(row) for test in tests):
            continue
        if size is not None and len(found) == size:
            return found, last
        found.append(row)
        last = position
    return found, None


def _behind(order: Order, within: range, cursor: Cursor, *, descending: bool) -> range:
    """Return the indexes after a cursor."""
    place, overlap = cursor.position, cursor.overlap
    if descending:
        return range(within.start, min(within.stop, bisect_left(order.positions, place) + overlap))
    return range(max(within.start, bisect_right(order.positions, place) - overlap), within.stop)
