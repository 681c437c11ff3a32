"""Forms: views and submissions of each version, day by day."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from klaviyo_sandbox.reports.form_counts import (
    NOTHING,
    STATISTICS,
    UNIQUES,
    FormCounts,
    counts_of,
)
from klaviyo_sandbox.reports.late_changes import LateChanges
from klaviyo_sandbox.reports.numbers import key_of
from klaviyo_sandbox.reports.question import Question, ReportRow
from klaviyo_sandbox.reports.tally import Cell, Counts, add, tally
from klaviyo_sandbox.reports.timeframe import Bucket
from klaviyo_sandbox.store.json_text import load_object
from klaviyo_sandbox.store.moment import micros
from klaviyo_sandbox.store.row import Reference, Row
from klaviyo_sandbox.store.world import World


@dataclass(frozen=True, slots=True)
class Forms:
    """The live forms."""

    world: World
    late: LateChanges
    seed: int

    def rows(self, question: Question, after: tuple[str, ...]) -> Iterator[ReportRow]:
        """Yield a row per form, or per version, with any views."""
        by_version = "form_version_id" in question.group_by
        found: dict[tuple[str, ...], list[Counts | None]] = {}
        for version in self.world.table("form-version"):
            form = version.relations["form"]
            attributes = load_object(version.attributes)
            if not isinstance(form, Reference) or attributes["status"] == "draft":
                continue
            created = micros(str(attributes["created_at"]))
            steps = tally(self._cells(version, created, question), question.buckets, UNIQUES)
            key: tuple[str, ...] = (form.id, version.id) if by_version else (form.id,)
            found[key] = add(found[key], steps) if key in found else steps
        for key in sorted(found):
            if key > after and any(step is not None and any(step) for step in found[key]):
                yield _row(key, found[key], question)

    def _cells(self, version: Row, created: int, question: Question) -> Iterator[Cell]:
        key = key_of(self.seed, version.id)

        def counted(day: int, bucket: Bucket) -> FormCounts:
            first, end = bucket
            if end <= created:
                return NOTHING
            counts = counts_of(key, day)
            if question.now >= end:
                return counts
            past = question.now - first
            return FormCounts._make(count * past // (end - first) for count in counts)

        return self.late.daily(version.id, question, counted)


def _row(key: tuple[str, ...], steps: Sequence[Counts | None], question: Question) -> ReportRow:
    counts = [NOTHING if step is None else FormCounts._make(step) for step in steps]
    groupings = dict(zip(("form_id", "form_version_id"), key, strict=False))
    return ReportRow(
        key,
        {name: groupings[name] for name in question.group_by},
        {name: [*map(STATISTICS[name], counts)] for name in question.statistics},
    )
