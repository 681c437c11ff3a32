"""From a query to the rows of the page it asks for."""

from collections.abc import Callable
from dataclasses import dataclass

from klaviyo_sandbox.api.broken_filters import finds_nothing, honoured
from klaviyo_sandbox.api.conditions import test_of
from klaviyo_sandbox.api.cursor import read_cursor, write_cursor
from klaviyo_sandbox.api.errors import invalid
from klaviyo_sandbox.api.filter_text import Condition
from klaviyo_sandbox.api.narrow import narrow, narrows
from klaviyo_sandbox.api.page import Page, Range, pick_page
from klaviyo_sandbox.api.query import Query
from klaviyo_sandbox.spec import Endpoint
from klaviyo_sandbox.store.order import LOWEST
from klaviyo_sandbox.store.row import Row
from klaviyo_sandbox.store.rows import Rows
from klaviyo_sandbox.store.world import HIDDEN_BY, World

DEFAULT_SORT = {"event": "datetime"}
"""Events come by time, as their cursor shows; the cursor of other collections names the id."""


@dataclass(frozen=True, slots=True)
class Selection:
    """The rows of a page and the cursors to its neighbours."""

    rows: list[Row]
    next: str | None
    previous: str | None


def select(world: World, endpoint: Endpoint, rows: Rows, query: Query) -> Selection:
    """Return the page of `rows` which the query asks for.

    Raises:
        ApiError: 400 for a bad cursor or an unknown metric, 500 for a filter Klaviyo itself
        breaks on.
    """
    conditions = honoured(query.conditions, endpoint) + _hidden(endpoint, query.conditions)
    _check_metrics(world, endpoint, conditions)
    default = DEFAULT_SORT.get(endpoint.type, "id") if endpoint.kind == "collection" else "id"
    order = rows.order(query.sort or default)
    cursor = None if query.cursor is None else read_cursor(query.cursor, LOWEST[order.kind])
    bounds = [condition for condition in conditions if narrows(condition, order)]
    tests = [
        test_of(condition, _exists(world)) for condition in conditions if condition not in bounds
    ]
    within = Range(0, 0) if finds_nothing(conditions, endpoint) else narrow(order, bounds)
    page = pick_page(rows, order, within, tests, cursor, query.size, descending=query.descending)
    return _selection(page)


def _selection(page: Page) -> Selection:
    return Selection(
        page.rows,
        write_cursor(page.next) if page.next else None,
        write_cursor(page.previous, forward=False) if page.previous else None,
    )


def _hidden(endpoint: Endpoint, conditions: tuple[Condition, ...]) -> list[Condition]:
    """Leave out archived and hidden resources, unless a filter names that attribute."""
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
            asked = (
                condition.literal if isinstance(condition.literal, tuple) else (condition.literal,)
            )
            unknown = [metric for metric in asked if world.table("metric").get(str(metric)) is None]
            if unknown:
                raise invalid(f"Metric IDs {unknown} do not exist.", "filter")
