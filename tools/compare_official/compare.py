"""Whether records hold all that other records do, at the same paths, with the same values."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from tools.compare_official.differences import DIFFERENT_ON_PURPOSE
from tools.compare_official.output import Json

_ABSENT = object()


@dataclass(slots=True)
class Comparison:
    """What the records of one stream have in common.

    `fields` is how many values of theirs were looked for in ours. `missing`, `different` and
    `rewritten` count, by path, those that ours lack, that have another value, and that mean the
    same in the form that Klaviyo documents. `examples` has one of each.
    """

    stream: str
    theirs: int
    ours: int
    both: int = 0
    fields: int = 0
    missing: Counter[str] = field(default_factory=Counter)
    different: Counter[str] = field(default_factory=Counter)
    rewritten: Counter[str] = field(default_factory=Counter)
    examples: dict[str, tuple[object, object]] = field(default_factory=dict)

    @property
    def unintended(self) -> list[str]:
        """The paths that ours lack or have in another way, but for those that differ on purpose."""
        found = {*self.missing, *self.different}
        return sorted(found - DIFFERENT_ON_PURPOSE.get(self.stream, frozenset()))

    def look_at(self, theirs: Json, ours: Json) -> None:
        """Look for every value of their record in ours."""
        self.both += 1
        for path, value in _leaves(theirs, ()):
            self.fields += 1
            found = _at(ours, path)
            if _same(value, found):
                continue
            name = ".".join(part for part in path if not part.isdecimal())
            kind = self.rewritten if _means_the_same(value, found) else self.different
            (self.missing if found is _ABSENT else kind)[name] += 1
            self.examples.setdefault(name, (value, None if found is _ABSENT else found))


def compare(stream: str, theirs: Sequence[Json], ours: Sequence[Json]) -> Comparison:
    """Return what the records of one stream have in common, by their ids."""
    by_id = {record["id"]: record for record in ours}
    comparison = Comparison(stream, len({record["id"] for record in theirs}), len(by_id))
    for record in theirs:
        if record["id"] in by_id:
            comparison.look_at(record, by_id[record["id"]])
    return comparison


def table(comparisons: Sequence[Comparison]) -> Iterator[str]:
    """Yield the lines of a table, and of what differs."""
    numbers = f"{'theirs':>7} {'ours':>7} {'both':>7} {'fields':>9} {'rewritten':>9}"
    yield f"{'stream':20} {numbers} differences"
    for each in comparisons:
        differences = each.missing.total() + each.different.total()
        numbers = f"{each.theirs:7} {each.ours:7} {each.both:7} {each.fields:9}"
        rewritten = each.rewritten.total()
        yield f"{each.stream:20} {numbers} {rewritten:9} {differences or 'none'}"
    for each in comparisons:
        kinds = {"missing": each.missing, "different": each.different, "rewritten": each.rewritten}
        for kind, found in kinds.items():
            for path, count in found.most_common():
                theirs, ours = (repr(value)[:60] for value in each.examples[path])
                yield f"{each.stream}: {kind} {path}, {count} times; theirs {theirs}, ours {ours}"


def _same(theirs: object, ours: object) -> bool:
    return theirs == ours and isinstance(theirs, bool) == isinstance(ours, bool)


def _means_the_same(theirs: object, ours: object) -> bool:
    """Tell whether both are the same moment, or the same number: their floats have 17 digits."""
    if isinstance(theirs, str) and isinstance(ours, str):
        try:
            return _moment(theirs) == _moment(ours)
        except ValueError:
            return False
    if isinstance(theirs, str | float) and isinstance(ours, int | float):
        try:
            return float(theirs) == float(ours)
        except ValueError:
            return False
    return False


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _leaves(value: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], object]]:
    if isinstance(value, Mapping) and value:
        for key, below in value.items():
            yield from _leaves(below, (*path, key))
    elif isinstance(value, list) and value:
        for number, below in enumerate(value):
            yield from _leaves(below, (*path, str(number)))
    else:
        yield path, value


def _at(value: object, path: Sequence[str]) -> object:
    for part in path:
        if isinstance(value, Mapping) and part in value:
            value = value[part]
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return _ABSENT
    return value
