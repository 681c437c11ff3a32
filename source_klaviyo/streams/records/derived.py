"""Columns at the top of records, derived from the resource, so that SQL can join by them."""

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from source_klaviyo.api.documents.document import Document
from source_klaviyo.api.documents.resource_fields import Member

Column = Sequence[bytes]
"""For each resource of a page, members of its record as JSON: `,"metric_name":"Placed Order"`."""


class Derived(Protocol):
    """A group of derived columns."""

    @property
    def types(self) -> Mapping[str, str]:
        """The JSON type of each column by its key; any may be null."""

    @property
    def members(self) -> Sequence[Member]:
        """The attributes that the columns are derived from."""

    def columns(self, document: Document) -> Sequence[Column]:
        """Return the columns of a page. A part may hold several members of the record."""


class IdAs:
    """The id once more, under the `key` that the id has in other streams.

    >>> IdAs("profile_id").types
    {'profile_id': 'string'}
    """

    members: Sequence[Member] = ()

    def __init__(self, key: str) -> None:
        self.types: Mapping[str, str] = {key: "string"}
        self._member = b',"%b":%%b' % key.encode()

    def columns(self, document: Document) -> Sequence[Column]:
        """Return the ids; see Derived."""
        ids = document.fields.ids
        return [[self._member % msgspec.json.encode(name or None) for name in ids]]
