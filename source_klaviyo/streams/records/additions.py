"""Members that a record gets deep inside, where the official connector has them.

A resource with an addition is taken apart along the addition's path, and no further.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec

from source_klaviyo.api.documents.document import Document
from source_klaviyo.api.documents.json_parts import Path, member, members
from source_klaviyo.api.documents.resource_fields import identifier
from source_klaviyo.api.partition import Partition


class Addition(Protocol):
    """A member to add to resources."""

    @property
    def path(self) -> Path:
        """The keys of the objects around the member, and its own key."""

    def value(
        self, resource: msgspec.Raw, document: Document, partition: Partition
    ) -> msgspec.Raw | None:
        """Return the member's value as JSON, or None if there is nothing to add."""


@dataclass(frozen=True, slots=True)
class PartitionFilter:
    """The value of a filter of the partition; the resource itself does not show the filter."""

    path: Path
    name: str

    def value(
        self, resource: msgspec.Raw, document: Document, partition: Partition
    ) -> msgspec.Raw | None:
        """Return the value; see Addition."""
        del resource, document
        if self.name not in partition:
            return None
        return msgspec.Raw(msgspec.json.encode(partition[self.name]))


@dataclass(frozen=True, slots=True)
class CopiedMember:
    """Another member's value, under the name of older revisions."""

    path: Path
    source: Path

    def value(
        self, resource: msgspec.Raw, document: Document, partition: Partition
    ) -> msgspec.Raw | None:
        """Return the value; see Addition."""
        del document, partition
        return member(resource, self.source)


@dataclass(frozen=True, slots=True)
class IncludedAttribute:
    """An attribute of an included resource, put beside the type and id in the relationship.

    >>> IncludedAttribute("metric", "name").path
    ('relationships', 'metric', 'data', 'name')
    """

    relationship: str
    name: str

    @property
    def path(self) -> Path:
        """The place of the attribute; see Addition."""
        return "relationships", self.relationship, "data", self.name

    def value(
        self, resource: msgspec.Raw, document: Document, partition: Partition
    ) -> msgspec.Raw | None:
        """Return the value; see Addition."""
        del partition
        held = member(resource, self.path[:-1])
        named = identifier(held)
        included = document.included.get(named) if named else None
        return member(included, ("attributes", self.name))


def with_additions(
    resource: msgspec.Raw, additions: Sequence[Addition], document: Document, partition: Partition
) -> msgspec.Raw:
    """Return `resource` with `additions`, except those whose surrounding objects are missing."""
    for addition in additions:
        value = addition.value(resource, document, partition)
        if value is not None:
            resource = _put(resource, addition.path, value)
    return resource


def _put(value: msgspec.Raw, path: Path, new: msgspec.Raw) -> msgspec.Raw:
    if not path:
        return new
    if not bytes(value).startswith(b"{"):
        return value
    key, *below = path
    parts = dict(members(value))
    if below and key not in parts:
        return value
    parts[key] = _put(parts.get(key, new), tuple(below), new)
    return msgspec.Raw(msgspec.json.encode(parts))
