"""The rows of a page."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from klaviyo_sandbox.api.conditions import Test
from klaviyo_sandbox.api.cursor import Cursor
from klaviyo_sandbox.store.order import Order, Position
from klaviyo_sandbox.store.row import Row
from klaviyo_sandbox.store.world import Rows


@dataclass(frozen=True, slots=True)
class Range:
    """A stretch of an order: indexes from `low` up to, not including, `high`."""

    low: int
    high: int


def pick_page(
    rows: Rows,
    order: Order,
    within: Range,
    tests: Sequence[Test],
    cursor: Cursor | None,
    size: int | None,
    *,
    descending: bool,
) -> tuple[list[Row], Position | None]:
    """Return a page, and the place of its last row if more rows follow.

    The page has up to `size` rows of `order` (all if None): those `within` the range, after the
    `cursor`, that pass all `tests`.
    """
    stretch = within if cursor is None else _behind(order, within, cursor, descending=descending)
    if not tests and size is not None:
        stretch = _first(stretch, size + 1, descending=descending)
    indexes = range(stretch.low, stretch.high)
    found: list[Row] = []
    last: Position | None = None
    for index in reversed(indexes) if descending else indexes:
        position = order.positions[index]
        row = rows.get(position[1])
        if row is None or not all(test(row) for test in tests):
            continue
        if size is not None and len(found) == size:
            return found, last
        found.append(row)
        last = position
    return found, None


def _behind(order: Order, within: Range, cursor: Cursor, *, descending: bool) -> Range:
    """Return the part of a range after a cursor."""
    place, overlap = cursor.position, cursor.overlap
    if descending:
        return Range(within.low, min(within.high, bisect_left(order.positions, place) + overlap))
    return Range(max(within.low, bisect_right(order.positions, place) - overlap), within.high)


def _first(stretch: Range, count: int, *, descending: bool) -> Range:
    if descending:
        return Range(max(stretch.low, stretch.high - count), stretch.high)
    return Range(stretch.low, min(stretch.high, stretch.low + count))
