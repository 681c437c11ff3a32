"""The parameters that select and sort the rows of a request."""

from collections.abc import Sequence

from source_klaviyo.api.filters import before_second, equals, from_second, join
from source_klaviyo.api.partition import Partition
from source_klaviyo.protocol import BEGINNING, FOREVER, Window
from source_klaviyo.streams.declaration import Declaration


def select(
    declared: Declaration, partition: Partition, window: Window, *, newest_first: bool = False
) -> dict[str, str]:
    """Return the filter and the sort of a first request; `links.next` repeats them."""
    filters = dict(partition)
    parent_id = filters.pop(declared.parent_key, None)
    if declared.parent_filter and parent_id is not None:
        filters[declared.parent_filter] = parent_id
    expressions = [equals(name, value) for name, value in filters.items()]
    parameters = {}
    if expression := join([*expressions, *bounds(declared, window)]):
        parameters["filter"] = expression
    if declared.sort:
        descending = declared.newest_first or newest_first
        parameters["sort"] = f"-{declared.sort}" if descending else declared.sort
    return parameters


def bounds(declared: Declaration, window: Window) -> Sequence[str]:
    """Return the filter expressions that select `window`.

    An open end sends no bound: Klaviyo refuses a bound that is not in the past.
    """
    expressions = []
    bounded = window.lo != BEGINNING or declared.only_with_cursor
    if declared.lower and declared.cursor_attribute and bounded:
        expressions.append(from_second(declared.cursor_attribute, declared.lower, window.lo))
    if declared.upper and declared.cursor_attribute and window.hi != FOREVER:
        expressions.append(before_second(declared.cursor_attribute, window.hi))
    return expressions
