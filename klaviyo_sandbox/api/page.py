"""Picks the rows of one page."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from klaviyo_sandbox.api.conditions import Test
from klaviyo_sandbox.api.cursor import Cursor
from klaviyo_sandbox.store.order import Order, Position
from klaviyo_sandbox.store.row import Row
from klaviyo_sandbox.store.rows import Rows


@dataclass(frozen=True, slots=True)
class Range:
    """A stretch of an order: indexes from `low` up to, not including, `high`."""

    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of a page, and where the neighbouring pages begin."""

    rows: list[Row]
    next: Position | None
    previous: Position | None


def pick_page(
    rows: Rows,
    order: Order,
    within: Range,
    tests: Sequence[Test],
    cursor: Cursor | None,
    size: int | None,
    *,
    descending: bool,
) -> Page:
    """Return up to `size` rows of `order` that lie `within` the range and pass all `tests`.

    A cursor that points forward gives the rows after it, one that points back those before it. Its
    `overlap` is how many rows of the other side come along. Without a `size`, all rows are
    returned.
    """
    upward = descending if cursor is not None and not cursor.forward else not descending
    stretch = within if cursor is None else _beyond(order.positions, within, cursor, upward=upward)
    if not tests and size is not None:
        stretch = _first(stretch, size + 1, upward=upward)
    found: list[Row] = []
    places: list[Position] = []
    more = False
    for position in _walk(order.positions, stretch, upward=upward):
        row = rows.get(position[1])
        if row is None or not all(test(row) for test in tests):
            continue
        if size is not None and len(found) == size:
            more = True
            break
        found.append(row)
        places.append(position)
    backward = cursor is not None and not cursor.forward
    if backward:
        found.reverse()
        places.reverse()
    has_next = bool(places) and (more or backward)
    has_previous = bool(places) and cursor is not None and (more or cursor.forward)
    following = places[-1] if has_next else None
    return Page(found, following, places[0] if has_previous else None)


def _beyond(positions: list[Position], within: Range, cursor: Cursor, *, upward: bool) -> Range:
    place, overlap = cursor.position, cursor.overlap
    if upward:
        return Range(max(within.low, bisect_right(positions, place) - overlap), within.high)
    return Range(within.low, min(within.high, bisect_left(positions, place) + overlap))


def _first(stretch: Range, count: int, *, upward: bool) -> Range:
    if upward:
        return Range(stretch.low, min(stretch.high, stretch.low + count))
    return Range(max(stretch.low, stretch.high - count), stretch.high)


def _walk(positions: list[Position], stretch: Range, *, upward: bool) -> Iterator[Position]:
    indexes = range(stretch.low, stretch.high)
    return (positions[index] for index in (indexes if upward else reversed(indexes)))
