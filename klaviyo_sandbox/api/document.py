"""JSON:API documents."""

from collections.abc import Iterable, Sequence

from klaviyo_sandbox.api.query import Query
from klaviyo_sandbox.api.quirks import record_text
from klaviyo_sandbox.api.shape import Shape, identifier
from klaviyo_sandbox.quirks import DEFAULT, Quirks
from klaviyo_sandbox.spec import Endpoint, Relation, Spec, wire_type
from klaviyo_sandbox.store.json_text import dump
from klaviyo_sandbox.store.row import Reference, Row, each
from klaviyo_sandbox.store.world import World

ATTRIBUTION = {
    name: Relation(kind, many=False)
    for name, kind in {
        "event": "event",
        "attributed-event": "event",
        "campaign": "campaign",
        "campaign-message": "campaign-message",
        "flow": "flow",
        "flow-message": "flow-message",
        "flow-message-variation": "flow-message",
    }.items()
}
"""Attributions have no endpoint of their own, so the endpoints' data does not describe them."""


class Documents:
    """Writes documents about the shop's resources."""

    def __init__(self, spec: Spec, world: World) -> None:
        """Write documents about `world`, as `spec` describes them."""
        self._world = world
        self._relations = {**spec.relations, "attribution": ATTRIBUTION}
        self._collections = {kind: name for name, kind in spec.types_of_collections.items()}

    def shape(
        self,
        kind: str,
        relations: dict[str, Relation] | None,
        query: Query,
        included: Iterable[str],
        unasked: frozenset[str] = frozenset(),
    ) -> Shape:
        """Return the form of resources of type `kind` for this query.

        `unasked` are attributes hidden elsewhere, but shown by this endpoint.
        """
        return Shape(
            kind,
            self._collections.get(kind, f"{wire_type(kind)}s"),
            self._relations.get(kind, {}) if relations is None else relations,
            query.fields.get(wire_type(kind)),
            query.additional.get(wire_type(kind), frozenset()) | unasked,
            frozenset(included),
        )

    def resources(
        self, endpoint: Endpoint, query: Query, rows: Sequence[Row], quirks: Quirks = DEFAULT
    ) -> tuple[list[bytes], bytes]:
        """Return the rows as JSON texts.

        And the `included` member (empty text when nothing was to be included).
        """
        shape = self.shape(
            endpoint.type,
            dict(endpoint.relations),
            query,
            query.include,
            _unasked(endpoint),
        )
        texts = [shape.write(row, self._world) for row in rows]
        if quirks != DEFAULT:
            pairs = zip(texts, rows, strict=True)
            texts = [record_text(text, row, quirks) for text, row in pairs]
        if not query.include:
            return texts, b""
        found = dict.fromkeys(
            reference
            for row in rows
            for name in query.include
            for reference in each(self._world.related(row, name))
        )
        return texts, b',"included":[' + b",".join(self._included(found, query, quirks)) + b"]"

    def _included(
        self, references: Iterable[Reference], query: Query, quirks: Quirks
    ) -> Iterable[bytes]:
        shapes: dict[str, Shape] = {}
        for reference in references:
            row = self._world.get(reference)
            if row is None:
                continue
            shape = shapes.get(row.type)
            if shape is None:
                shape = shapes[row.type] = self.shape(row.type, None, query, ())
            yield record_text(shape.write(row, self._world), row, quirks)


def _unasked(endpoint: Endpoint) -> frozenset[str]:
    """Return attributes of this endpoint alone, such as a form's definition on the form itself."""
    return frozenset(endpoint.attributes) - endpoint.additional_fields.get(
        endpoint.type, frozenset()
    )


def document_of(data: bytes, included: bytes, links: dict[str, str | None]) -> bytes:
    """Return a document; `data` and `included` are texts of JSON."""
    return b"".join((b'{"data":', data, included, b',"links":', dump({**links}), b"}"))


def identifiers(rows: Iterable[Row]) -> list[bytes]:
    """Return the rows as resource identifiers."""
    return [identifier(Reference(row.type, row.id)) for row in rows]
