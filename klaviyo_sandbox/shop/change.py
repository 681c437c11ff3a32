"""Changes to a running shop."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta

from klaviyo_sandbox.shop.documents import row_of
from klaviyo_sandbox.shop.events import EventMaker
from klaviyo_sandbox.shop.makers import make_one
from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.store.json_text import (
    Given,
    JsonObject,
    JsonValue,
    dump,
    load_exact,
    load_object,
)
from klaviyo_sandbox.store.make_row import make_row
from klaviyo_sandbox.store.moment import MICROS, micros, micros_text, seconds_text
from klaviyo_sandbox.store.row import EventRow, Reference, Row, Value
from klaviyo_sandbox.store.world import HIDDEN_BY

UPDATED = ("updated", "updated_at")
_WITH_MICROS = "."


class UnknownResourceError(LookupError):
    """The resource is unknown, or no resources of the type can be made."""


class Changes:
    """All changes of a running shop."""

    def __init__(self, shop: Shop, events: EventMaker) -> None:
        """`events` makes the shop's events."""
        self.shop = shop
        self._events = events

    def add(self, resource_type: str, count: int = 1, *, days_ago: float = 0.0) -> list[str]:
        """Add `count` new resources; return their ids.

        They happened, or were created, `days_ago`; a negative number puts them into the future.
        An event from the past arrives late.

        Raises:
            UnknownResourceError: resources of the type cannot be added.
        """
        at = self.shop.clock.now() - timedelta(days=days_ago)
        if resource_type == "event":
            return [row.id for row in self._events.make([int(at.timestamp())] * count)]
        try:
            return [make_one(self.shop, resource_type, at).id for _ in range(count)]
        except KeyError as error:
            raise UnknownResourceError(resource_type) from error

    def update(
        self, resource_type: str, ids: Collection[str], attributes: Given | None = None
    ) -> list[str]:
        """Change resources now: `updated` moves, `attributes` take their new values.

        Raises:
            UnknownResourceError: an id does not exist.
        """
        now = self.shop.clock.now()
        return [
            self._rewrite(self._row(resource_type, row_id), attributes or {}, now).id
            for row_id in ids
        ]

    def hide(
        self,
        resource_type: str,
        ids: Collection[str],
        *,
        hidden: bool = True,
        moves_updated: bool = True,
    ) -> list[str]:
        """Archive campaigns or flows, hide images, or bring them back if not `hidden`.

        Raises:
            UnknownResourceError: an id does not exist, or the type cannot be hidden.
        """
        flag = HIDDEN_BY.get(resource_type)
        if flag is None:
            raise UnknownResourceError(resource_type)
        now = self.shop.clock.now() if moves_updated else None
        return [
            self._hide(self._row(resource_type, row_id), flag, hidden=hidden, now=now)
            for row_id in ids
        ]

    def delete(self, resource_type: str, ids: Collection[str]) -> list[str]:
        """Delete resources without a trace; return the ids of those deleted."""
        return [
            row_id for row_id in ids if self.shop.world.remove(Reference(resource_type, row_id))
        ]

    def put(self, document: Given) -> str:
        """Add or replace a resource exactly as given; return its id.

        Besides the JSON:API members, `document` may have `facts`: values for filters alone, such
        as `{"messages.channel": "email"}` of a campaign.
        """
        return self.shop.world.put(row_of(self.shop.spec, document)).id

    def join(self, group: Reference, profile_ids: list[str]) -> None:
        """Let profiles join a list or segment now, to the second."""
        for profile_id in profile_ids:
            joined = int(self.shop.clock.seconds()) * MICROS
            self.shop.world.group(group).join(profile_id, joined)

    def leave(self, group: Reference, profile_ids: list[str]) -> None:
        """Let profiles leave a list or segment now."""
        for profile_id in profile_ids:
            self.shop.world.group(group).leave(profile_id)

    def _row(self, resource_type: str, row_id: str) -> Row:
        row = self.shop.world.get(Reference(resource_type, row_id))
        if row is None:
            message = f"{resource_type} {row_id}"
            raise UnknownResourceError(message)
        return row

    def _hide(self, row: Row, flag: str, *, hidden: bool, now: datetime | None) -> str:
        definition = load_object(row.attributes).get("definition")
        changed: JsonObject = {flag: hidden}
        if isinstance(definition, dict) and flag in definition:
            changed = {"definition": {**definition, flag: hidden}}
        return self._rewrite(row, changed, now).id

    def _rewrite(self, row: Row, changed: Mapping[str, JsonValue], now: datetime | None) -> Row:
        """Write a row anew; without `now` its `updated` stays."""
        attributes = load_object(row.attributes) | dict(changed)
        if isinstance(row, EventRow):
            when = micros(str(attributes["datetime"]))
            return self.shop.world.put(EventRow(row.id, dump(attributes), row.relations, when))
        for name in UPDATED:
            if now is not None and name in attributes and name not in changed:
                exact = _WITH_MICROS in str(attributes[name])
                attributes[name] = micros_text(now) if exact else seconds_text(now)
        reference = Reference(row.type, row.id)
        for name, text in row.optional.items():
            attributes.setdefault(name, load_exact(text))
        fresh = make_row(self.shop.spec, reference, attributes, row.relations)
        kept: dict[str, Value] = {
            name: value
            for name, value in row.facts.items()
            if not name.startswith("~") and fresh.facts.get(name) is None and name not in attributes
        }
        return self.shop.put(reference, attributes, row.relations, kept)
