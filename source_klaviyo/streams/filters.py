"""The parameters that select and sort the rows of a request."""

from collections.abc import Sequence
from typing import Protocol

from source_klaviyo.api.filters import Bound, before_second, equals, from_second, join
from source_klaviyo.api.partition import Partition
from source_klaviyo.protocol import BEGINNING, FOREVER, Window


class Selectable(Protocol):
    """A stream's declaration of its collection's filters and sort; see declaration.py."""

    @property
    def cursor_attribute(self) -> str | None:
        """The cursor's attribute."""

    @property
    def lower(self) -> Bound | None:
        """The operator that bounds the cursor below, None if Klaviyo cannot filter by it."""

    @property
    def upper(self) -> bool:
        """Whether the cursor can be bounded above."""

    @property
    def sort(self) -> str | None:
        """The cursor's name in `sort`, None if Klaviyo cannot sort by the cursor."""

    @property
    def newest_first(self) -> bool:
        """Whether pages descend by the cursor."""

    @property
    def parent_key(self) -> str:
        """The key of the parent's id in a partition."""

    @property
    def only_with_cursor(self) -> bool:
        """Whether every request bounds the cursor below."""

    @property
    def parent_filter(self) -> str | None:
        """The filter by the parent's id, if the path does not have the id."""


def select(
    stream: Selectable, partition: Partition, window: Window, *, newest_first: bool
) -> dict[str, str]:
    """Return the filter and the sort of a first request; `links.next` repeats them."""
    filters = dict(partition)
    parent_id = filters.pop(stream.parent_key, None)
    if stream.parent_filter and parent_id is not None:
        filters[stream.parent_filter] = parent_id
    expressions = [equals(name, value) for name, value in filters.items()]
    parameters = {}
    if expression := join([*expressions, *bounds(stream, window)]):
        parameters["filter"] = expression
    if stream.sort:
        descending = stream.newest_first or newest_first
        parameters["sort"] = f"-{stream.sort}" if descending else stream.sort
    return parameters


def bounds(stream: Selectable, window: Window) -> Sequence[str]:
    """Return the filter expressions that select `window`.

    An open end sends no bound: Klaviyo refuses a bound that is not in the past.
    """
    expressions = []
    bounded = window.lo != BEGINNING or stream.only_with_cursor
    if stream.lower and stream.cursor_attribute and bounded:
        expressions.append(from_second(stream.cursor_attribute, stream.lower, window.lo))
    if stream.upper and stream.cursor_attribute and window.hi != FOREVER:
        expressions.append(before_second(stream.cursor_attribute, window.hi))
    return expressions
