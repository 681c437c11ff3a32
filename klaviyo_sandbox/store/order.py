"""A collection's ids in the order of one field, kept sorted through changes."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable

from klaviyo_sandbox.store.row import Row, Value

Key = str | int | float
Position = tuple[Key, str]
"""A row's place: the field's value, then the id, so that equal values still have one order."""

LOWEST: dict[str, Key] = {
    "string": "",
    "date-time": -(2**62),
    "number": -(2**62),
    "integer": -(2**62),
    "boolean": -1,
}


HIGHEST = 2**62


def key_of(value: Value, nothing: Key) -> Key:
    """Return a key for any `value`, comparable with all others; `nothing` is the key of null."""
    if isinstance(value, str | int | float):
        return value
    if value:
        return min(key_of(element, nothing) for element in value)
    return nothing


class Order:
    """Positions sorted by one field."""

    def __init__(
        self, field: str, kind: str, rows: Iterable[Row], *, nulls_last: bool = False
    ) -> None:
        """Sort `rows` by `field`, whose values are of `kind`; `nulls_last` is about times."""
        self.field = field
        self.kind = kind
        self._nothing: Key = HIGHEST if nulls_last and kind == "date-time" else LOWEST[kind]
        self.positions: list[Position] = sorted(self.position(row) for row in rows)

    def position(self, row: Row) -> Position:
        """Where `row` belongs."""
        key = row.id if self.field == "id" else key_of(row.place(self.field), self._nothing)
        return (key, row.id)

    def add(self, row: Row) -> None:
        """Put `row` in its place."""
        insort(self.positions, self.position(row))

    def remove(self, row: Row) -> None:
        """Take `row` out."""
        index = bisect_left(self.positions, self.position(row))
        if index < len(self.positions) and self.positions[index][1] == row.id:
            del self.positions[index]

    def index(self, position: Position) -> int:
        """Index of the first position from `position` on."""
        return bisect_left(self.positions, position)

    def before(self, key: Key) -> int:
        """Index of the first position whose value is `key` or more."""
        return bisect_left(self.positions, (key,))

    def after(self, key: Key) -> int:
        """Index of the first position whose value is more than `key`."""
        return bisect_right(self.positions, key, key=_key)


def _key(position: Position) -> Key:
    return position[0]
