"""All resources of the shop."""

from klaviyo_sandbox.spec import Spec
from klaviyo_sandbox.store.group import Group
from klaviyo_sandbox.store.inverse import Inverses
from klaviyo_sandbox.store.row import Links, Reference, Row
from klaviyo_sandbox.store.rows import RowList, Table

Rows = Table | RowList | Group
"""Collections that can be read page by page."""
GROUPS = ("list", "segment")
HIDDEN_BY = {
    "campaign": "archived",
    "flow": "archived",
    "image": "hidden",
    "omni-campaign": "archived",
}
"""Types of which Klaviyo leaves out some resources, unless a filter on this attribute asks for
them."""


class World:
    """Tables per type, members per list and segment, and the way from one resource to the next."""

    def __init__(self, spec: Spec, *, nulls_last: bool) -> None:
        """Start an empty shop."""
        self.spec = spec
        self._nulls_last = nulls_last
        self.tables: dict[str, Table] = {}
        self.groups: dict[Reference, Group] = {}
        self.inverses = Inverses(self.table)

    def table(self, resource_type: str) -> Table:
        """All resources of a type."""
        found = self.tables.get(resource_type)
        if found is None:
            kinds = self.spec.searchable.get(resource_type, {})
            found = Table(kinds, nulls_last=self._nulls_last)
            self.tables[resource_type] = found
        return found

    def put(self, row: Row) -> Row:
        """Add or replace a resource; return the row."""
        self.table(row.type).put(row)
        return row

    def get(self, reference: Reference) -> Row | None:
        """Return the resource, if any."""
        return self.table(reference.type).get(reference.id)

    def remove(self, reference: Reference) -> bool:
        """Delete a resource and its memberships; return whether there was any."""
        self.groups.pop(reference, None)
        if reference.type == "profile":
            for group in self.groups.values():
                group.leave(reference.id)
        return self.table(reference.type).remove(reference.id)

    def group(self, reference: Reference) -> Group:
        """Return the members of a list or segment."""
        return self.groups.setdefault(reference, Group(self.table("profile")))

    def related(self, row: Row, name: str) -> Links:
        """Return the targets of `row` under the relationship `name`: stored, or worked out."""
        if name in row.relations:
            return row.relations[name]
        if name == "profiles" and row.type in GROUPS:
            return [
                Reference("profile", who) for who in self.group(Reference(row.type, row.id)).joined
            ]
        if row.type == "profile" and name in ("lists", "segments"):
            kind = name.removesuffix("s")
            return [
                ref
                for ref, group in self.groups.items()
                if ref.type == kind and row.id in group.joined
            ]
        return self.inverses.of(row, name)
