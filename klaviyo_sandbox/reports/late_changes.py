"""Changes of past days that a test asks for."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from klaviyo_sandbox.reports.form_counts import FormCounts
from klaviyo_sandbox.reports.message_counts import MessageCounts

SEGMENT_COUNTS = ("members_added", "members_removed")
COUNTED = frozenset({*MessageCounts._fields, *FormCounts._fields, *SEGMENT_COUNTS})
"""Everything else is worked out from these."""


class LateChanges:
    """What was added to single counts of single days."""

    def __init__(self) -> None:
        """Start without any."""
        self._added: dict[str, dict[int, dict[str, int]]] = defaultdict(
            lambda: defaultdict(lambda: defaultdict(int))
        )

    def add(self, row_id: str, day: date, count: str, amount: int) -> None:
        """Add `amount` to the count of that name, of a message, form version or segment.

        Raises:
            ValueError: nothing is counted under that name.
        """
        if count not in COUNTED:
            raise ValueError(f"{count} is not counted; known are {', '.join(sorted(COUNTED))}")
        self._added[row_id][day.toordinal()][count] += amount

    def days_of(self, row_id: str) -> Mapping[int, Mapping[str, int]]:
        """Return what was added, per local day (an ordinal) and name."""
        return self._added.get(row_id, {})


def changed(
    counts: Sequence[int], names: Sequence[str], added: Mapping[str, int]
) -> tuple[int, ...]:
    """Return `counts`, which have these `names`, with what was added."""
    return tuple(count + added.get(name, 0) for name, count in zip(names, counts, strict=True))
