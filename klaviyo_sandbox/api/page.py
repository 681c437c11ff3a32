"""The rows of a page: bounds on the sort field are found by binary search, all else by tests."""

from bisect import bisect_right
from collections.abc import Sequence

from klaviyo_sandbox.api.conditions import ORDERED, Test, comparable
from klaviyo_sandbox.api.cursor import Cursor
from klaviyo_sandbox.api.filter_text import Condition
from klaviyo_sandbox.store.order import HIGHEST, LOWEST, Order, Position
from klaviyo_sandbox.store.row import Row
from klaviyo_sandbox.store.world import Rows

SINGLE_VALUED = frozenset({"datetime", "timestamp", "created", "updated", "joined_group_at"})
"""Sort fields that hold one value a row and whose rows Klaviyo never misplaces."""


def narrows(condition: Condition, order: Order) -> bool:
    """Tell whether the rows of the condition are a single stretch of the order."""
    return (
        condition.field == order.field
        and condition.field in SINGLE_VALUED
        and condition.operator in ORDERED
    )


def narrow(order: Order, conditions: Sequence[Condition]) -> range:
    """Return the indexes in `order` that meet all `conditions`; each `narrows` the order.

    Rows without a value meet no condition.
    """
    low, high = 0, len(order.positions)
    if conditions:
        low, high = order.after(LOWEST["date-time"]), order.before(HIGHEST)
    for condition in conditions:
        bound = comparable(condition.values[0])
        if not isinstance(bound, int | float):
            continue
        if condition.operator == "greater-than":
            low = max(low, order.after(bound))
        elif condition.operator == "greater-or-equal":
            low = max(low, order.before(bound))
        elif condition.operator == "less-than":
            high = min(high, order.before(bound))
        else:
            high = min(high, order.after(bound))
    return range(low, high)


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
        return range(within.start, min(within.stop, order.index(place) + overlap))
    return range(max(within.start, bisect_right(order.positions, place) - overlap), within.stop)
