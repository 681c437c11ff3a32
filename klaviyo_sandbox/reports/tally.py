"""Counts of days or sends, added up to those of a report's steps."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from klaviyo_sandbox.reports.timeframe import Bucket

Counts = tuple[int, ...]


class Cell(NamedTuple):
    """The counts of the day or send at `first`."""

    first: int
    counts: Counts


def tally(
    cells: Iterable[Cell], buckets: Sequence[Bucket], uniques: frozenset[int]
) -> list[Counts | None]:
    """Return the counts of each step; None for a step without cells.

    `cells` come in order of time. `uniques` are the places of counts of people: who comes twice
    is counted once, so these counts add up to less.
    """
    found: list[list[Counts]] = [[] for _ in buckets]
    place = 0
    for cell in cells:
        while place < len(buckets) and buckets[place].end <= cell.first:
            place += 1
        if place == len(buckets):
            break
        if cell.first >= buckets[place].first:
            found[place].append(cell.counts)
    return [_together(counts, uniques) for counts in found]


def _together(counts: list[Counts], uniques: frozenset[int]) -> Counts | None:
    if len(counts) < 2:
        return counts[0] if counts else None
    return tuple(
        _people(column) if place in uniques else sum(column)
        for place, column in enumerate(zip(*counts, strict=True))
    )


def _people(column: Sequence[int]) -> int:
    """Return how many people there were: a fifth of the others are the same as on the best day."""
    most = max(column)
    return most + (sum(column) - most) * 4 // 5


def add(first: Sequence[Counts | None], second: Sequence[Counts | None]) -> list[Counts | None]:
    """Return the sums, step by step, of two rows with different people."""
    return [
        one or other
        if one is None or other is None
        else tuple(map(sum, zip(one, other, strict=True)))
        for one, other in zip(first, second, strict=True)
    ]
