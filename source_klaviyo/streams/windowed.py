"""Streams with a cursor that Klaviyo can filter by."""

from typing import ClassVar

from source_klaviyo.api.filters import Bound
from source_klaviyo.streams.base import KlaviyoStream


class WindowedStream(KlaviyoStream):
    """A collection that is read in windows of its cursor, each in ascending order.

    Declares, besides what KlaviyoStream does, the cursor and the operators that the collection
    has for it: `lower` is `greater-than`, or `greater-or-equal` where there is nothing else;
    `upper` tells whether there is an upper one. `sort_key` is what `sort` calls the cursor, where
    not by its own name; `sortable` is false where there is no such sort, and then `ordered` has to
    be false too.
    """

    cursor_attribute: ClassVar[str]
    ordered: ClassVar[bool] = True
    lower: ClassVar[Bound | None] = Bound.GREATER_THAN
    upper: ClassVar[bool] = True

    @property
    def cursor_field(self) -> str:
        """The cursor, which stands on top of the record as well."""
        return self.cursor_key or self.cursor_attribute


class NewestFirstStream(WindowedStream):
    """A collection that Klaviyo can sort by the cursor, but not filter by it.

    It is read from its newest row down to where the last sync began.
    """

    ordered = False
    newest_first = True
    lower = None
    upper = False
