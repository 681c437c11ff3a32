"""The truth about the shop, for tests."""

from collections.abc import Collection, Sequence

import msgspec

from klaviyo_sandbox.api.document import Documents
from klaviyo_sandbox.api.query import Query
from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.spec import wire_type
from klaviyo_sandbox.store.moment import moment_of, seconds_text
from klaviyo_sandbox.store.row import Reference, Row, each
from klaviyo_sandbox.store.world import GROUPS, HIDDEN_BY


class Truth:
    """Answers without filters, pages, limits and quirks."""

    def __init__(self, shop: Shop) -> None:
        """Tell about `shop`."""
        self._shop = shop
        self._world = shop.world

    def now(self) -> str:
        """Return the sandbox's time, RFC 3339."""
        return self._shop.clock.now().isoformat()

    def sizes(self) -> dict[str, int]:
        """Return how many resources of each type there are."""
        return {kind: len(table) for kind, table in sorted(self._world.tables.items())}

    def ids(self, resource_type: str, *, hidden: bool | None = None) -> set[str]:
        """Return all ids of a type.

        `hidden=True`: only resources hidden by default (archived); `False`: only the others.
        """
        rows: Sequence[Row] = list(self._world.table(resource_type))
        flag = HIDDEN_BY.get(resource_type)
        if hidden is not None and flag is not None:
            rows = [row for row in rows if row.value(flag) == hidden]
        elif hidden:
            rows = []
        return {row.id for row in rows}

    def documents(
        self, resource_type: str, ids: Collection[str], additional: Collection[str]
    ) -> msgspec.Raw:
        """Return the resources of a type (only `ids`, if there are any) as JSON.

        All relationships have `data`; `additional` are attributes behind `additional-fields`.
        """
        relations = self._shop.spec.relations.get(resource_type, {})
        shape = Documents(self._shop.spec, self._world).shape(
            resource_type,
            None,
            Query(additional={wire_type(resource_type): frozenset(additional)}),
            [name for name in relations if not (resource_type in GROUPS and name == "profiles")],
        )
        wanted = set(ids)
        rows = (row for row in self._world.table(resource_type) if not wanted or row.id in wanted)
        texts = b",".join(shape.write(row, self._world) for row in rows)
        return msgspec.Raw(b"[" + texts + b"]")

    def members(self, group_type: str, group_id: str) -> dict[str, str]:
        """Return who is in a `list` or `segment`: `joined_group_at` by profile id."""
        joined = self._world.group(Reference(group_type, group_id)).joined
        return {who: seconds_text(moment_of(when)) for who, when in joined.items()}

    def related(self, resource_type: str, resource_id: str, name: str) -> list[str]:
        """Return the ids in a resource's relationship `name`."""
        row = self._world.get(Reference(resource_type, resource_id))
        return [] if row is None else [link.id for link in each(self._world.related(row, name))]
