"""What a view needs of a page, and what reads that."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from source_klaviyo.api.resource_fields import FieldsReader, Member


def include_part(relationship: str) -> str:
    """Return the name of the part of a request that includes `relationship`; see query.py."""
    return f"include={relationship}"


@dataclass(frozen=True, slots=True)
class Needs:
    """What a view needs of a collection's pages.

    `include` are relationships whose resources come along, `parameters` further query parameters.
    Of the relationships `identifiers` types and ids are read, of `ids` the ids alone; `members` are
    read of the attributes. `essential` are the parts of the request, as query.py names them, that
    the view is nothing without. `include_scopes` are those relationships in `include` that need a
    scope of their own.
    """

    include: tuple[str, ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()
    identifiers: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    members: tuple[Member, ...] = ()
    essential: frozenset[str] = frozenset()
    include_scopes: tuple[tuple[str, str], ...] = ()

    def without(self, parts: Collection[str]) -> "Needs":
        """Return what is left of the needs where these parts of the request are left out."""
        refused = {name for name in self.include if include_part(name) in parts}
        return replace(
            self,
            include=tuple(name for name in self.include if name not in refused),
            identifiers=tuple(name for name in self.identifiers if name not in refused),
        )


def fields_reader(cursor: str | None, needs: Iterable[Needs]) -> FieldsReader:
    """Return what reads all that `needs` name of each resource."""
    listed = list(needs)
    identifiers = dict.fromkeys(name for each in listed for name in each.identifiers)
    ids = dict.fromkeys(name for each in listed for name in each.ids)
    members = dict.fromkeys(name for each in listed for name in each.members)
    return FieldsReader(cursor, list(identifiers), list(ids), list(members))
