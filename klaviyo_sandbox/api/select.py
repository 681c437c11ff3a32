"""The way from a query to the rows of its page."""

from collections.abc import Callable

from klaviyo_sandbox.api.conditions import test_of
from klaviyo_sandbox.api.cursor import read_cursor, write_cursor
from klaviyo_sandbox.api.errors import invalid
from klaviyo_sandbox.api.filter_text import Condition
from klaviyo_sandbox.api.page import narrow, narrows, pick_page
from klaviyo_sandbox.api.query import Query
from klaviyo_sandbox.spec import Endpoint
from klaviyo_sandbox.store.row import Row
from klaviyo_sandbox.store.world import HIDDEN_BY, Rows, World

DEFAULT_SORT = {"event": "datetime"}
"""Events come by time, as their cursor shows; the cursor of other collections names the id."""


def select(
    world: World, endpoint: Endpoint, rows: Rows, query: Query, *, tells_ties: bool = True
) -> tuple[list[Row], str | None]:
    """Return the page of `rows` for a query, and the cursor to the next page.

    If not `tells_ties`, page cursors hold a time without an id.

    Raises:
        ApiError: 400 for a bad cursor or an unknown metric.
    """
    conditions = [*query.conditions, *_hidden(endpoint, query.conditions)]
    _check_metrics(world, endpoint, conditions)
    default = DEFAULT_SORT.get(endpoint.type, "id") if endpoint.kind == "collection" else "id"
    order = rows.order(query.sort or default)
    descending = query.descending
    collection = endpoint.type if endpoint.kind == "collection" else ""
    cursor = (
        None
        if query.cursor is None
        else read_cursor(query.cursor, collection, order, descending=descending)
    )
    bounds = [condition for condition in conditions if narrows(condition, order)]
    tests = [
        test_of(condition, _exists(world)) for condition in conditions if condition not in bounds
    ]
    within = narrow(order, bounds)
    page, last = pick_page(rows, order, within, tests, cursor, query.size, descending=descending)
    if last is None:
        return page, None
    return page, write_cursor(collection, order, last, tells_ties=tells_ties)


def _hidden(endpoint: Endpoint, conditions: tuple[Condition, ...]) -> list[Condition]:
    """Return the condition against archived rows, unless a filter names the attribute."""
    field = HIDDEN_BY.get(endpoint.type)
    if (
        field is None
        or field not in endpoint.filters
        or any(condition.field == field for condition in conditions)
    ):
        return []
    return [Condition("equals", field, literal=False)]


def _exists(world: World) -> Callable[[Row, str], bool]:
    def exists(row: Row, field: str) -> bool:
        link = row.value(f"{field}_id")
        return isinstance(link, str) and world.table(field).get(link) is not None

    return exists


def _check_metrics(world: World, endpoint: Endpoint, conditions: list[Condition]) -> None:
    for condition in conditions:
        if (endpoint.type, condition.field) == ("event", "metric_id"):
            known = world.table("metric")
            unknown = [metric for metric in condition.values if known.get(str(metric)) is None]
            if unknown:
                raise invalid(f"Metric IDs {unknown} do not exist.", "filter")
