"""Collections in another order than was asked for, or with rows that have no cursor value."""

from collections.abc import Iterable
from dataclasses import dataclass

from klaviyo_sandbox.api.conditions import Test
from klaviyo_sandbox.api.filter_text import Condition
from klaviyo_sandbox.api.quirks.choose import chosen, shuffled
from klaviyo_sandbox.quirks import Quirks
from klaviyo_sandbox.spec import Endpoint
from klaviyo_sandbox.store.order import LOWEST, Key, Order, Position
from klaviyo_sandbox.store.row import Row
from klaviyo_sandbox.store.rows import Rows

HIGHEST: dict[type, Key] = {str: "\U0010ffff", int: 2**62}
NULL_CURSORS = "null_cursors"
_CURSOR_FIELDS = ("joined_group_at", "datetime", "updated_at", "updated", "created_at", "created")
_HASH_DIGITS = 8


def cursor_fields(endpoint: Endpoint) -> frozenset[str]:
    """Return the attributes that tell when a row of the endpoint last changed."""
    found = next((name for name in _CURSOR_FIELDS if name in endpoint.attributes), "")
    return frozenset({"datetime", "timestamp"} if found == "datetime" else {found} - {""})


def has_no_cursor(row_id: str, quirks: Quirks) -> bool:
    """Whether the row has no value in its cursor attribute."""
    return chosen(row_id, quirks.null_cursors_every, NULL_CURSORS)


@dataclass(frozen=True, slots=True)
class Arrangement:
    """Rows in the order that a quirk gives them, and its `tests` of them besides the filters."""

    rows: Rows
    order: Order
    tests: list[Test]


def arrange(
    rows: Rows,
    order: Order,
    endpoint: Endpoint,
    conditions: Iterable[Condition],
    quirks: Quirks,
) -> Arrangement | None:
    """Return the order that the quirks make of `order`; None where they leave it alone."""
    shuffles = quirks.unsorted in ("collection", "ties")
    if not (shuffles or quirks.null_cursors_every):
        return None
    fields = cursor_fields(endpoint) if quirks.null_cursors_every else frozenset()
    whole = quirks.unsorted == "collection"
    lowest = LOWEST["integer" if whole else order.kind]
    null = lowest if quirks.null_cursors_sort == "first" else HIGHEST[type(lowest)]
    nulls = order.field in fields and not whole

    def place(position: Position) -> Position:
        key, row_id = position
        if whole:
            return (shuffled(row_id), f"{0:08x}{row_id}")
        if nulls and has_no_cursor(row_id, quirks):
            key = null
        tie = shuffled(row_id) if quirks.unsorted == "ties" else 0
        return (key, f"{tie:08x}{row_id}")

    made = Order(order.field, "integer" if whole else order.kind, ())
    made.positions = sorted(place(position) for position in order.positions)
    tests: list[Test] = []
    if any(condition.field in fields for condition in conditions):
        tests.append(lambda row: not has_no_cursor(row.id, quirks))
    return Arrangement(_Behind(rows), made, tests)


class _Behind:
    """Finds rows by the ids in an arrangement's positions: a hash, then the row's own id."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def get(self, row_id: str) -> Row | None:
        return self._rows.get(row_id[_HASH_DIGITS:])

    def order(self, field: str) -> Order:
        return self._rows.order(field)
