"""The state of a report: its partitions, and its recent calls."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from source_klaviyo.api.documents.document import second
from source_klaviyo.api.partition import Partition, Scalar, partition_key
from source_klaviyo.reports.calls import Calls
from source_klaviyo.reports.state import ReportState
from source_klaviyo.sync.state.stream_state import Json, StreamState, is_list, written

_VERSION: Final = "version"
_OWN: Final = "own"


@dataclass(slots=True, eq=False)
class ReportMemory:
    """The contents of a report's state.

    `timezone` and `dimensions` are those of its rows. `shares_its_day` says whether other reports
    may share its quota of a day; `pages` is the number of calls for a window. `synced_at` is the
    start of the last sync, in seconds since 1970.
    """

    timezone: str
    dimensions: Sequence[str] = ()
    states: dict[str, tuple[Partition, ReportState]] = field(default_factory=dict)
    calls: Calls = field(default_factory=Calls)
    shares_its_day: bool = True
    pages: int = 1
    synced_at: int | None = None

    def of(self, partition: Partition) -> ReportState:
        """Return the state of a partition."""
        return self.states.get(partition_key(partition), (partition, ReportState()))[1]

    def dump(
        self, states: Iterable[tuple[Partition, ReportState]], pages: int, began: int
    ) -> StreamState:
        """Return the state as JSON, in a sync that began at the second `began`.

        Partitions that are not among `states` stay as they were.
        """
        all_states = dict(self.states)
        all_states |= {partition_key(each): (each, state) for each, state in states}
        grouped: dict[tuple[tuple[str, ...], ReportState], list[Partition]] = {}
        for partition, state in all_states.values():
            grouped.setdefault((tuple(partition), state), []).append(partition)
        data: dict[str, Json] = {
            "states": [
                {"partition": _united(partitions), "cursor": state.dump()}
                for (_, state), partitions in grouped.items()
            ],
            "timezone": self.timezone,
        }
        if self.dimensions:
            data["by"] = list(self.dimensions)
        data["synced"] = written(began)
        if calls := self.calls.dump(began):
            data["calls"] = calls
        if not self.shares_its_day:
            data["quota"] = _OWN
        if pages > 1:
            data["pages"] = pages
        return {**data, _VERSION: 1}

    @classmethod
    def load(cls, data: StreamState, now: int) -> "ReportMemory":
        """Return the contents of a state, without anything from the future.

        Raises ValueError for anything that `dump` does not write.
        """
        entries, pages, by = data.get("states", ()), data.get("pages", 1), data.get("by", ())
        if not is_list(entries) or not is_list(by) or not isinstance(pages, int) or pages < 1:
            raise ValueError("`states` or `by` is not a list, or `pages` not a number")
        synced = data.get("synced")
        loaded = [each for entry in entries for each in _entries(entry, now)]
        calls = Calls.load(data.get("calls", {}))
        calls.forget_after(now)
        return cls(
            str(data.get("timezone", "")),
            [str(each) for each in by],
            {partition_key(partition): (partition, state) for partition, state in loaded},
            calls,
            shares_its_day=data.get("quota") != _OWN,
            pages=pages,
            synced_at=None if synced is None else min(now, second(str(synced))),
        )


def _united(partitions: Sequence[Partition]) -> dict[str, Json]:
    """Return partitions with the same state as one, with lists of filter values."""
    if len(partitions) == 1:
        return {**partitions[0]}
    return {key: [each[key] for each in partitions] for key in partitions[0]}


def _entries(entry: Json, now: int) -> list[tuple[Partition, ReportState]]:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("partition"), Mapping):
        raise ValueError("an entry of `states` has no `partition`")  # noqa: TRY004
    state = ReportState.load(entry.get("cursor")).not_after(now)
    partition = entry["partition"]
    if not isinstance(partition, Mapping):
        raise ValueError("an entry of `states` has no `partition`")  # noqa: TRY004
    single: dict[str, Scalar] = {}
    for key, value in partition.items():
        if is_list(value):
            return [({key: each}, state) for each in value if isinstance(each, str)]
        if isinstance(value, str):
            single[key] = value
    return [(single, state)]
