"""The shop under construction, for all families of generators."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random

from klaviyo_sandbox.settings import Settings
from klaviyo_sandbox.shop.ids import Ids
from klaviyo_sandbox.spec import Spec
from klaviyo_sandbox.store.clock import Clock
from klaviyo_sandbox.store.json_text import JsonObject
from klaviyo_sandbox.store.make_row import make_row
from klaviyo_sandbox.store.row import Links, Reference, Row, Value
from klaviyo_sandbox.store.world import World


class Shop:
    """The world under construction, with its random numbers, ids and the time."""

    def __init__(self, spec: Spec, clock: Clock, settings: Settings) -> None:
        """Open an empty shop."""
        self.spec = spec
        self.clock = clock
        self.settings = settings
        self.world = World(spec, nulls_last=settings.nulls_last)
        self.random = Random(settings.seed)
        self.ids = Ids(self.random)
        self._known: dict[str, tuple[int, list[Reference]]] = {}

    def put(
        self,
        reference: Reference,
        attributes: JsonObject,
        relations: Mapping[str, Links] | None = None,
        facts: Mapping[str, Value] | None = None,
    ) -> Row:
        """Add a resource; see `make_row` for the parts."""
        return self.world.put(make_row(self.spec, reference, attributes, relations or {}, facts))

    def some_time(self, newest_days: float = 0.01, oldest_days: float = 730) -> datetime:
        """Return a random instant in the past, between so many days ago."""
        return self.clock.now() - timedelta(days=self.random.uniform(newest_days, oldest_days))

    def between(self, earliest: datetime) -> datetime:
        """Return a random instant between `earliest` and now."""
        return earliest + (self.clock.now() - earliest) * self.random.random()

    def some(self, resource_type: str, most: int, *, least: int = 0) -> list[Reference]:
        """Return a few random resources of a type."""
        known = self.all(resource_type)
        return self.random.sample(known, min(len(known), self.random.randint(least, most)))

    def one(self, resource_type: str) -> Reference | None:
        """Return a random resource of a type; None without any."""
        known = self.all(resource_type)
        return self.random.choice(known) if known else None

    def all(self, resource_type: str) -> list[Reference]:
        """Return every resource of a type; the list is kept until the type changes."""
        table = self.world.table(resource_type)
        version, known = self._known.get(resource_type, (-1, []))
        if version != table.version:
            known = [Reference(resource_type, row_id) for row_id in table.rows]
            self._known[resource_type] = (table.version, known)
        return known
