"""Segments: who came, who left, and how many there were."""

from collections.abc import Iterator
from dataclasses import dataclass

from klaviyo_sandbox.reports.late_changes import LateChanges, SegmentCounts
from klaviyo_sandbox.reports.numbers import key_of, mix
from klaviyo_sandbox.reports.question import Number, Question, ReportRow
from klaviyo_sandbox.reports.tally import Cell, Counts, tally
from klaviyo_sandbox.reports.timeframe import Bucket
from klaviyo_sandbox.store.group import Group
from klaviyo_sandbox.store.row import Reference, Row
from klaviyo_sandbox.store.world import World


@dataclass(frozen=True, slots=True)
class Segments:
    """All segments, and their members as the shop holds them."""

    world: World
    late: LateChanges
    seed: int

    def rows(self, question: Question, after: tuple[str, ...]) -> Iterator[ReportRow]:
        """Yield a row per segment."""
        for segment in sorted(self.world.table("segment"), key=lambda row: row.id):
            key = (segment.id,)
            if key > after:
                yield self._row(segment, question)

    def _row(self, segment: Row, question: Question) -> ReportRow:
        group = self.world.group(Reference("segment", segment.id))
        extras = tally(self._cells(segment, question), question.buckets, frozenset())
        statistics: dict[str, list[Number]] = {name: [] for name in question.statistics}
        for bucket, extra in zip(question.buckets, extras, strict=True):
            values = _values(group, bucket, extra or (0, 0))
            for name, known in statistics.items():
                known.append(values[name])
        return ReportRow((segment.id,), {"segment_id": segment.id}, statistics)

    def _cells(self, segment: Row, question: Question) -> Iterator[Cell]:
        """Yield those who came and left on the same day: the shop does not hold them."""
        created = segment.value("created")
        key = key_of(self.seed, segment.id)

        def counted(day: int, bucket: Bucket) -> SegmentCounts:
            is_there = isinstance(created, int) and bucket.first >= created
            passing = mix(key, day) & 3 if is_there else 0
            return SegmentCounts(passing, passing)

        return self.late.daily(segment.id, question, counted)


def _values(group: Group, bucket: Bucket, extra: Counts) -> dict[str, int]:
    total = group.joined_before(bucket.end)
    added = extra[0] + total - group.joined_before(bucket.first)
    removed = extra[1]
    return {
        "members_added": added,
        "members_removed": removed,
        "net_members_changed": added - removed,
        "total_members": total,
    }
