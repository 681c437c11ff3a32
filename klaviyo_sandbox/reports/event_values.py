"""The events of each metric in order of time, and their values."""

from bisect import bisect_left
from collections import defaultdict

import orjson

from klaviyo_sandbox.store.row import EventRow, Reference
from klaviyo_sandbox.store.world import World


class MetricEvents:
    """Finds events by metric and time; sorted anew when events were added, changed or deleted."""

    def __init__(self, world: World) -> None:
        """Look in `world`."""
        self._world = world
        self._version = -1
        self._of: dict[str, list[EventRow]] = {}

    def between(self, metric_id: str, first: int, end: int) -> list[EventRow]:
        """Return the events of a metric from `first` until before `end`, in order of time."""
        table = self._world.table("event")
        if table.version != self._version:
            found: dict[str, list[EventRow]] = defaultdict(list)
            for row in table:
                metric = row.relations["metric"]
                if isinstance(row, EventRow) and isinstance(metric, Reference):
                    found[metric.id].append(row)
            for events in found.values():
                events.sort(key=micros_of)
            self._of = dict(found)
            self._version = table.version
        events = self._of.get(metric_id, [])
        return events[
            bisect_left(events, first, key=micros_of) : bisect_left(events, end, key=micros_of)
        ]


def properties_of(event: EventRow) -> dict[str, object]:
    """Return the properties of an event."""
    found: dict[str, object] = orjson.loads(event.attributes)["event_properties"]
    return found


def value_of(event: EventRow) -> float:
    """Return the `$value` of an event; 0 unless the value is a number."""
    value = properties_of(event).get("$value")
    return value if isinstance(value, int | float) and not isinstance(value, bool) else 0.0


def micros_of(event: EventRow) -> int:
    """Return the time of an event, in microseconds since 1970."""
    return event.micros
