"""Streams with a cursor that Klaviyo can filter or sort by."""

from typing import ClassVar

from source_klaviyo.api.filters import Bound
from source_klaviyo.streams.kinds.base import KlaviyoStream


class WindowedStream(KlaviyoStream):
    """A collection that is read in windows of its cursor, each in ascending order.

    Declares, in addition to KlaviyoStream, the cursor and its operators: `lower` is `greater-than`,
    or `greater-or-equal` if Klaviyo has nothing else; `upper` says whether Klaviyo can bound the
    cursor above. `sort_key` is the cursor's name in `sort`, if not its own; `sortable` is false if
    Klaviyo cannot sort by the cursor, and then `ordered` has to be false too.
    """

    cursor_attribute: ClassVar[str]
    ordered: ClassVar[bool] = True
    lower: ClassVar[Bound | None] = Bound.GREATER_THAN
    upper: ClassVar[bool] = True

    @property
    def cursor_field(self) -> str:
        """The cursor, with a copy at the top of the record."""
        return self.cursor_key or self.cursor_attribute


class NewestFirstStream(WindowedStream):
    """A collection that Klaviyo can sort by the cursor, but not filter by it.

    Each sync reads from the newest row down to the start of the last sync.
    """

    ordered = False
    newest_first = True
    lower = None
    upper = False
