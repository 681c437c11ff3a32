"""Rows without a cursor value, which lie together at one end of the sort order."""

from collections.abc import Sequence
from itertools import pairwise


def are_behind(cursors: Sequence[int | None], *, newest_first: bool) -> bool:
    """Tell whether no rows without a cursor value come after a page of sorted rows.

    Klaviyo sorts them first or last, and does not say which. Where pages are not sorted as they
    were asked for, such rows may be anywhere.
    """
    values = [cursor for cursor in cursors if cursor is not None]
    nulls = len(cursors) - len(values)
    if not values or None in cursors[nulls:]:
        return False
    pairs = pairwise(reversed(values) if newest_first else values)
    return all(earlier <= later for earlier, later in pairs)
