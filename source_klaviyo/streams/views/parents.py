"""The parents of other collections."""

from collections.abc import Callable, Sequence

import msgspec

from source_klaviyo.api.documents.document import Document
from source_klaviyo.api.documents.resource_fields import FieldsReader
from source_klaviyo.api.partition import Partition
from source_klaviyo.protocol import Extract
from source_klaviyo.streams.views.included import MissingIncluded, included_for
from source_klaviyo.streams.views.needs import Needs

Wanted = Callable[[msgspec.Raw], bool]
"""The test whether a resource can have children."""


class ParentsView:
    """The ids of the parents of other collections: each opens a partition there.

    With a `relationship`, the parents are the resources included for it. `wanted` picks the parents
    that can have children.
    """

    passes_resources = False

    def __init__(
        self,
        name: str,
        key: str,
        needs: Needs,
        relationship: str | None = None,
        wanted: Wanted | None = None,
    ) -> None:
        self.name = name
        self.needs = needs
        self._key = key
        self._missing = MissingIncluded(name)
        self._relationship = relationship
        self._wanted = wanted

    def extract(self, document: Document, partition: Partition) -> Extract:
        """Return a partition for each parent; see View."""
        del partition
        raws, rows = document.resources, None
        if self._relationship:
            raws, rows = included_for(document, self._relationship, self._missing)
        ids: Sequence[str] = document.fields.ids if rows is None else _ONLY_ID.read(raws).ids
        chosen = [
            number for number, raw in enumerate(raws) if self._wanted is None or self._wanted(raw)
        ]
        return Extract(
            children=[{self._key: ids[number]} for number in chosen],
            rows=[number if rows is None else rows[number] for number in chosen],
        )


_ONLY_ID = FieldsReader(None)
