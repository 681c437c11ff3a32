"""Finds the rows within bounds on the sort field by binary search."""

from collections.abc import Sequence

from klaviyo_sandbox.api.conditions import ORDERED, comparable
from klaviyo_sandbox.api.filter_text import Condition
from klaviyo_sandbox.store.order import HIGHEST, LOWEST, Order

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
