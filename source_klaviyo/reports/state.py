"""The days read of a report's partition, and the time of each reading.

A day is *settled* once a reading was late enough after its end for its numbers to be final. Settled
days are never read again; for all others the state has the time of the last reading.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from source_klaviyo.api.documents.document import second
from source_klaviyo.protocol import Window
from source_klaviyo.reports.days import DAY, Period, Timezone, date_of, day_of
from source_klaviyo.sync.state.ranges import merge, subtract
from source_klaviyo.sync.state.stream_state import Json, is_list, written

_MOST_ISLANDS: Final = 16


@dataclass(frozen=True, slots=True)
class Reading:
    """Adjacent days that were last read at the second `at`, and are not settled."""

    window: Window
    at: int


@dataclass(frozen=True, slots=True)
class Settling:
    """When days are settled: `seconds` after their end in `timezone`, whole periods at a time."""

    timezone: Timezone
    period: Period
    seconds: int

    def boundary(self, at: int) -> int:
        """Return the first day that a reading at the second `at` does not settle."""
        return self.period.first(self.timezone.day_at(at - self.seconds))


@dataclass(frozen=True, slots=True)
class ReportState:
    """The progress of a partition.

    `refused_at` is the time of Klaviyo's last refusal of the partition, in seconds since 1970.

    >>> from zoneinfo import ZoneInfo
    >>> settling = Settling(Timezone(ZoneInfo("UTC")), Period(60), seconds=0)
    >>> ReportState().read(Window(0, 2 * DAY), at=2 * DAY, settling=settling).dump()
    {'settled': [['1970-01-01', '1970-01-03']]}
    """

    settled: tuple[Window, ...] = ()
    readings: tuple[Reading, ...] = ()
    refused_at: int | None = None

    @property
    def known(self) -> list[Window]:
        """The days read, settled or not."""
        return merge([*self.settled, *(each.window for each in self.readings)])

    def read(self, window: Window, at: int, settling: Settling) -> "ReportState":
        """Return the state once all rows of `window`, requested at the second `at`, are written."""
        kept = [
            Reading(rest, each.at)
            for each in self.readings
            for rest in subtract([each.window], [window])
        ]
        boundary = min(max(window.lo, settling.boundary(at)), window.hi)
        settled = [Window(window.lo, boundary)] if boundary > window.lo else []
        open_days = subtract([window], [*settled, *self.settled])
        readings = [*kept, *(Reading(each, at) for each in open_days)]
        return ReportState(tuple(merge([*self.settled, *settled])), _islands(readings))

    def refused(self, at: int) -> "ReportState":
        """Return the state after Klaviyo's refusal to report the partition."""
        return replace(self, refused_at=at)

    def not_after(self, now: int) -> "ReportState":
        """Return the state with times of a fast clock brought back from the future to `now`.

        Days read in the future are not settled for that reason, and will be read again.
        """
        readings = tuple(Reading(each.window, min(each.at, now)) for each in self.readings)
        refused = self.refused_at if self.refused_at is None else min(self.refused_at, now)
        return ReportState(self.settled, readings, refused)

    def dump(self) -> dict[str, Json]:
        """Return the state as JSON."""
        data: dict[str, Json] = {}
        if self.settled:
            data["settled"] = [_dates(window) for window in self.settled]
        if self.readings:
            data["read"] = [[*_dates(each.window), written(each.at)] for each in self.readings]
        if self.refused_at is not None:
            data["refused"] = written(self.refused_at)
        return data

    @classmethod
    def load(cls, data: Json) -> "ReportState":
        """Return the state in `data`. Raises ValueError for anything that `dump` does not write."""
        if not isinstance(data, Mapping):
            raise ValueError("a cursor is not an object")  # noqa: TRY004  callers catch ValueError
        if strange := sorted(data.keys() - {"settled", "read", "refused"}):
            raise ValueError(f"it holds {', '.join(strange)}; it may be another stream's")
        settled = [_window(entry) for entry in _entries(data.get("settled", ()), 2)]
        readings = [
            Reading(_window(entry[:2]), _moment(entry[2]))
            for entry in _entries(data.get("read", ()), 3)
        ]
        refused = data.get("refused")
        return cls(
            tuple(merge(settled)),
            _islands(readings),
            None if refused is None else _moment(refused),
        )


def _islands(readings: Iterable[Reading]) -> tuple[Reading, ...]:
    """Return the readings in order: adjacent days of the same reading are joined.

    If there are too many, neighbours count as old as the older: a second reading may follow, and
    the state never claims too much.
    """
    ordered = sorted(readings, key=lambda each: each.window)
    joined = _joined(ordered, 0)
    apart = 3600
    while len(joined) > _MOST_ISLANDS and apart < 400 * DAY:
        joined = _joined(joined, apart)
        apart *= 2
    return tuple(joined)


def _joined(readings: Iterable[Reading], apart: int) -> list[Reading]:
    """Return the readings, with neighbours joined that were made within `apart` seconds."""
    joined: list[Reading] = []
    for each in readings:
        before = joined[-1] if joined else None
        if before and before.window.hi == each.window.lo and abs(before.at - each.at) <= apart:
            joined[-1] = Reading(Window(before.window.lo, each.window.hi), min(before.at, each.at))
        else:
            joined.append(each)
    return joined


def _dates(window: Window) -> list[Json]:
    return [date_of(window.lo).isoformat(), date_of(window.hi).isoformat()]


def _entries(value: Json, length: int) -> list[list[Json]]:
    if not is_list(value) or not all(is_list(each) and len(each) == length for each in value):
        raise ValueError(f"`settled` or `read` is not a list of lists of {length}")
    return [list(each) for each in value if is_list(each)]


def _window(pair: list[Json]) -> Window:
    lo, hi = (day_of(each) if isinstance(each, str) else -1 for each in pair)
    return Window(lo, hi)


def _moment(value: Json) -> int:
    if not isinstance(value, str):
        raise ValueError(f"{value!r} is not a datetime")  # noqa: TRY004  callers catch ValueError
    return second(value)
