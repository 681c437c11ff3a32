"""Relationships stored on the other side."""

from collections.abc import Callable

from klaviyo_sandbox.store.row import Links, Reference, Row, each
from klaviyo_sandbox.store.rows import Table

INVERSE_OF: dict[tuple[str, str], tuple[str, str]] = {
    ("catalog-category", "items"): ("catalog-item", "categories"),
    ("catalog-item", "variants"): ("catalog-variant", "item"),
    ("coupon", "coupon-codes"): ("coupon-code", "coupon"),
    ("form", "form-versions"): ("form-version", "form"),
    ("list", "flow-triggers"): ("flow", "trigger"),
    ("metric", "flow-triggers"): ("flow", "trigger"),
    ("metric", "metric-properties"): ("metric-property", "metric"),
    ("object-type", "object-ingestion-logs"): ("object-ingestion-log", "object-type"),
    ("object-type", "object-records"): ("object-record", "object-type"),
    ("profile", "conversation"): ("conversation", "profile"),
    ("profile", "conversations"): ("conversation", "profile"),
    ("profile", "push-tokens"): ("push-token", "profile"),
    ("profile-bulk-import-job", "import-errors"): ("import-error", "profile-bulk-import-job"),
    ("segment", "flow-triggers"): ("flow", "trigger"),
    ("tag", "campaigns"): ("campaign", "tags"),
    ("tag", "flows"): ("flow", "tags"),
    ("tag", "lists"): ("list", "tags"),
    ("tag", "segments"): ("segment", "tags"),
    ("tag-group", "tags"): ("tag", "tag-group"),
    ("text-messaging-sender", "text-messaging-sender-registration"): (
        "text-messaging-sender-registration",
        "text-messaging-sender",
    ),
}
"""(parent type, relationship) answered by (child type, the child's relationship to the parent)."""


class Inverses:
    """Parents to children, rebuilt when the children's table changed."""

    def __init__(self, table: Callable[[str], Table]) -> None:
        """`table` gives the table of a type."""
        self._table = table
        self._built: dict[tuple[str, str], tuple[int, dict[Reference, list[Reference]]]] = {}

    def of(self, row: Row, name: str) -> Links:
        """Return the targets of `row` under `name`; empty for an unknown relationship."""
        child = INVERSE_OF.get((row.type, name))
        return () if child is None else self._children(child).get(Reference(row.type, row.id), ())

    def _children(self, child: tuple[str, str]) -> dict[Reference, list[Reference]]:
        table = self._table(child[0])
        version, found = self._built.get(child, (-1, {}))
        if version != table.version:
            found = {}
            for row in table:
                for parent in each(row.relations.get(child[1])):
                    found.setdefault(parent, []).append(Reference(row.type, row.id))
            self._built[child] = (table.version, found)
        return found
