"""Collections of rows, as the page selection sees them."""

from collections.abc import Iterable, Iterator, Mapping

from klaviyo_sandbox.store.order import Order
from klaviyo_sandbox.store.row import Row


class RowList:
    """A handful of rows, such as one campaign's tags; sorted anew for each request."""

    def __init__(self, rows: Iterable[Row], kinds: Mapping[str, str]) -> None:
        """`kinds`: kind of value per sortable field."""
        self._rows = {row.id: row for row in rows}
        self._kinds = kinds

    def get(self, row_id: str) -> Row | None:
        """Return the row with this id."""
        return self._rows.get(row_id)

    def order(self, field: str) -> Order:
        """All ids, sorted by `field`; in the given order when the field is empty."""
        return Order(field, self._kinds.get(field, "string"), self._rows.values())


class Table:
    """All resources of one type."""

    def __init__(self, kinds: Mapping[str, str], *, nulls_last: bool) -> None:
        """`kinds`: kind of value per sortable field; rows without a time come `nulls_last`."""
        self._kinds = {**kinds, "id": "string"}
        self._nulls_last = nulls_last
        self._orders: dict[str, Order] = {}
        self.rows: dict[str, Row] = {}
        self.version = 0
        """Goes up with every change, for those who keep something derived from the rows."""

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        """Every row, oldest addition first."""
        return iter(self.rows.values())

    def get(self, row_id: str) -> Row | None:
        """Return the row with this id."""
        return self.rows.get(row_id)

    def order(self, field: str) -> Order:
        """All ids, sorted by `field`; built at the first request, then kept up to date."""
        order = self._orders.get(field)
        if order is None:
            kind, rows = self._kinds[field], self.rows.values()
            order = Order(field, kind, rows, nulls_last=self._nulls_last)
            self._orders[field] = order
        return order

    def put(self, row: Row) -> None:
        """Add `row`, or replace the row with the same id."""
        self.remove(row.id)
        self.rows[row.id] = row
        for order in self._orders.values():
            order.add(row)
        self.version += 1

    def remove(self, row_id: str) -> bool:
        """Delete the row; return whether there was any."""
        row = self.rows.pop(row_id, None)
        if row is None:
            return False
        for order in self._orders.values():
            order.remove(row)
        self.version += 1
        return True
