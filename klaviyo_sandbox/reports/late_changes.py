"""Changes of past days, made by tests."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import NamedTuple, TypeVar

from klaviyo_sandbox.reports.form_counts import FormCounts
from klaviyo_sandbox.reports.message_counts import MessageCounts
from klaviyo_sandbox.reports.question import Question
from klaviyo_sandbox.reports.tally import Cell
from klaviyo_sandbox.reports.timeframe import Bucket


class SegmentCounts(NamedTuple):
    """Profiles that joined and left a segment."""

    members_added: int
    members_removed: int


COUNTED = frozenset({*MessageCounts._fields, *FormCounts._fields, *SegmentCounts._fields})
"""All other statistics are worked out from these."""
Counts = TypeVar("Counts", MessageCounts, FormCounts, SegmentCounts)


class LateChanges:
    """Additions to single counts of single days."""

    def __init__(self) -> None:
        """Start without any."""
        self._added: dict[str, dict[int, dict[str, int]]] = defaultdict(
            lambda: defaultdict(lambda: defaultdict(int))
        )

    def add(self, row_id: str, day: str, count: str, amount: int = 1) -> None:
        """Add to a count of a local day, as if late numbers had come in.

        `row_id` is the id of a flow or campaign message, a form version or a segment; `count` is
        `conversions`, `opens`, `submits`, `members_added` and so on.

        Raises:
            ValueError: nothing is counted under that name.
        """
        if count not in COUNTED:
            raise ValueError(f"{count} is not counted; known are {', '.join(sorted(COUNTED))}")
        self._added[row_id][date.fromisoformat(day).toordinal()][count] += amount

    def days_of(self, row_id: str) -> Mapping[int, Mapping[str, int]]:
        """Return the additions, per local day (an ordinal) and name."""
        return self._added.get(row_id, {})

    def daily(
        self, row_id: str, question: Question, counted: Callable[[int, Bucket], Counts]
    ) -> Iterator[Cell]:
        """Yield the counts of each day of a question, as `counted` gives them, with additions."""
        late = self.days_of(row_id)
        for day, bucket in question.days():
            counts = counted(day, bucket)
            yield Cell(bucket.first, changed(counts, late[day]) if day in late else counts)


def changed(counts: Counts, added: Mapping[str, int]) -> Counts:
    """Return `counts` with additions by name."""
    return counts._replace(
        **{name: getattr(counts, name) + amount for name, amount in added.items()}
    )
