"""Views whose records are the resources of a collection."""

from collections.abc import Iterable, Sequence

import msgspec

from source_klaviyo.api.documents.document import Document
from source_klaviyo.api.documents.normalize import Normalization, Normalizer
from source_klaviyo.api.partition import Partition
from source_klaviyo.protocol import Extract, ItemRequest
from source_klaviyo.streams.records.additions import Addition, with_additions
from source_klaviyo.streams.views.included import IncludedResources, MissingIncluded
from source_klaviyo.streams.views.needs import Needs
from source_klaviyo.streams.views.record_fields import (
    RecordFields,
    cursor_values,
    id_values,
    members,
)


class ResourceView:
    """The resources of a page, each a record.

    >>> from source_klaviyo.api.documents.document import DocumentReader
    >>> from source_klaviyo.api.documents.resource_fields import FieldsReader
    >>> page = DocumentReader(FieldsReader(None)).read(b'{"data":[{"type":"tag","id":"T1"}]}')
    >>> tags = ResourceView("tags", RecordFields(constants={"used": True}), Needs())
    >>> [b"".join(record) for record in tags.extract(page, {}).records]
    [b'{"type":"tag","id":"T1","used":true}']
    """

    passes_resources = True

    def __init__(
        self,
        name: str,
        fields: RecordFields,
        needs: Needs,
        normalize: Normalization = (),
        cursor_attribute: str | None = None,
        additions: Sequence[Addition] = (),
    ) -> None:
        self.name = name
        self.needs = needs
        self._deep_additions = additions
        self._missing = MissingIncluded(name)
        self._fields = fields
        cursor = [fields.cursor] if fields.cursor else []
        self._additions = members([*cursor, *fields.joins.values(), *fields.ids.values()])
        self._normalizer = Normalizer(normalize, cursor_attribute) if normalize else None

    def extract(self, document: Document, partition: Partition) -> Extract:
        """Return a record for each resource; see View."""
        resources, fields = document.resources, document.fields
        if self._normalizer:
            resources = self._normalizer.normalize(resources, fields.cursors)
        if self._deep_additions:
            resources = [
                with_additions(raw, self._deep_additions, document, partition) for raw in resources
            ]
        additions = self._added(document, self._fields.fixed(partition))
        return Extract(
            [
                (memoryview(raw)[:-1], added)
                for raw, added in zip(resources, additions, strict=True)
            ],
            fields.ids,
        )

    def _added(self, document: Document, fixed: bytes) -> Iterable[bytes]:
        fields = document.fields
        derived = [column for each in self._fields.derived for column in each.columns(document)]
        columns = [
            *([cursor_values(fields.cursors)] if self._fields.cursor else []),
            *(self._joined(document, name) for name in self._fields.joins),
            *(id_values(fields.held_ids[name]) for name in self._fields.ids),
            *derived,
        ]
        template = b"%b%b%b}" % (fixed.replace(b"%", b"%%"), self._additions, b"%b" * len(derived))
        if not columns:
            return [template % ()] * len(document.resources)
        return map(template.__mod__, zip(*columns, strict=True))

    def _joined(self, document: Document, name: str) -> list[bytes | msgspec.Raw]:
        """Return the included resources of a relationship, for each resource of the page."""
        column = document.fields.identifiers.get(name)
        if column is None:
            return [b"null"] * len(document.resources)
        found = IncludedResources(self._missing, name, document)
        return [
            found.all(held) if held else b"[]" if isinstance(held, list) else b"null"
            for held in column
        ]


class JoinedItemView(ResourceView):
    """A request by id for each resource; the answers complete the resources as records."""

    def extract(self, document: Document, partition: Partition) -> Extract:
        """Return an item for each resource, with the record to complete; see View."""
        records = super().extract(document, partition).records
        return Extract(
            items=[
                ItemRequest(each, b"".join(record)[:-1])
                for each, record in zip(document.fields.ids, records, strict=True)
            ]
        )
