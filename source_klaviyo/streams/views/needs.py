"""The needs of a view, and the reader of the fields that it needs."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from source_klaviyo.api.documents.resource_fields import FieldsReader, Member


def include_part(relationship: str) -> str:
    """Return the name of the part of a request that includes `relationship`; see query.py.

    >>> include_part("tags")
    'include=tags'
    """
    return f"include={relationship}"


@dataclass(frozen=True, slots=True)
class Needs:
    """The query and the fields that a view needs from a collection's pages.

    `include` are relationships whose resources come along, `parameters` further query parameters.
    For the relationships `identifiers`, types and ids are read, for `ids` the ids alone; `members`
    are attributes to read. `essential` are the parts of the request, as query.py names them, that
    the view cannot do without. `include_scopes` are the relationships in `include` that need a
    scope of their own.

    >>> Needs(("tags", "flow-actions"), identifiers=("tags",)).without({"include=tags"}).include
    ('flow-actions',)
    """

    include: tuple[str, ...] = ()
    parameters: tuple[tuple[str, str], ...] = ()
    identifiers: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    members: tuple[Member, ...] = ()
    essential: frozenset[str] = frozenset()
    include_scopes: tuple[tuple[str, str], ...] = ()

    def without(self, parts: Collection[str]) -> "Needs":
        """Return the rest of the needs when these parts of the request are left out."""
        refused = {name for name in self.include if include_part(name) in parts}
        return replace(
            self,
            include=tuple(name for name in self.include if name not in refused),
            identifiers=tuple(name for name in self.identifiers if name not in refused),
        )


def fields_reader(cursor: str | None, needs: Iterable[Needs]) -> FieldsReader:
    """Return the reader of all fields in `needs`, for each resource."""
    listed = list(needs)
    identifiers = dict.fromkeys(name for each in listed for name in each.identifiers)
    ids = dict.fromkeys(name for each in listed for name in each.ids)
    members = dict.fromkeys(name for each in listed for name in each.members)
    return FieldsReader(cursor, list(identifiers), list(ids), list(members))
