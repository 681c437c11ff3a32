"""Streams with a cursor that Klaviyo can filter and sort by."""

from typing import ClassVar

from source_klaviyo.api.filters import Bound, before_second, from_second
from source_klaviyo.protocol import BEGINNING, FOREVER, Partition, Window
from source_klaviyo.streams.base import KlaviyoStream


class WindowedStream(KlaviyoStream):
    """A collection that is read in windows of its cursor, each in ascending order.

    Declares, besides what KlaviyoStream does, the cursor and the operators that the collection
    has for it: `lower` is one of the two lower bounds, `upper` tells whether there is an upper
    one. Where there is none, the sync engine stops at the window's end by itself. `sort_key` is
    what `sort` calls the cursor, where not by its own name; `sortable` is false where there is no
    such sort, and then `ordered` has to be false too.
    """

    cursor_attribute: ClassVar[str]
    ordered: ClassVar[bool] = True
    lower: ClassVar[Bound] = Bound.GREATER_OR_EQUAL
    upper: ClassVar[bool] = True
    sortable: ClassVar[bool] = True
    sort_key: ClassVar[str | None] = None

    @property
    def cursor_field(self) -> str:
        """The cursor, which stands on top of the record as well."""
        return self.cursor_key or self.cursor_attribute

    def query(self, partition: Partition, window: Window) -> dict[str, str]:
        """Return the parameters of a first request, sorted by the cursor."""
        parameters = super().query(partition, window)
        if self.sortable:
            parameters["sort"] = self.sort_key or self.cursor_attribute
        return parameters

    def bounds(self, window: Window) -> list[str]:
        """Return the filter expressions that select `window`.

        An open end sends no bound: Klaviyo refuses one that is not in the past.
        """
        expressions = []
        if window.lo != BEGINNING:
            expressions.append(from_second(self.cursor_attribute, self.lower, window.lo))
        if self.upper and window.hi != FOREVER:
            expressions.append(before_second(self.cursor_attribute, window.hi))
        return expressions
