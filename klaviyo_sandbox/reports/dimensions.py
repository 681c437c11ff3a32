"""The dimensions of metric aggregates."""

from collections.abc import Iterator
from dataclasses import dataclass

from klaviyo_sandbox.reports.event_values import properties_of
from klaviyo_sandbox.store.row import EventRow, Reference, Row, each
from klaviyo_sandbox.store.world import World

_ATTRIBUTED = {
    "$attributed_flow": ("flow",),
    "$attributed_message": ("flow-message", "campaign-message"),
    "$attributed_variation": ("flow-message-variation", "campaign-message-variation"),
}
"""Relationships of an attribution, the first of which is taken."""


@dataclass(frozen=True, slots=True)
class Dimensions:
    """Reads the dimensions of events."""

    world: World

    def value(self, event: EventRow, name: str) -> str:
        """Return the value of a dimension; empty for an event without a value."""
        if name == "$attributed_channel":
            return self._channel(event)
        if name in _ATTRIBUTED:
            return self._attributed(event, _ATTRIBUTED[name])
        value = properties_of(event).get(name)
        return "" if value is None else str(value)

    def _attributions(self, event: EventRow) -> Iterator[Row]:
        return filter(None, map(self.world.get, each(event.relations.get("attributions"))))

    def _attributed(self, event: EventRow, relationships: tuple[str, ...]) -> str:
        for row in self._attributions(event):
            for name in relationships:
                link = row.relations.get(name)
                if isinstance(link, Reference):
                    return link.id
        return ""

    def _channel(self, event: EventRow) -> str:
        for row in self._attributions(event):
            link = row.relations.get("flow-message") or row.relations.get("campaign")
            origin = self.world.get(link) if isinstance(link, Reference) else None
            if origin is not None:
                return str(origin.value("channel") or origin.value("messages.channel") or "")
        return ""
