"""From a query to the rows of the page it asks for."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from klaviyo_sandbox.api.broken_filters import finds_nothing, honoured
from klaviyo_sandbox.api.conditions import test_of
from klaviyo_sandbox.api.cursor import read_cursor, without_id, write_cursor
from klaviyo_sandbox.api.errors import invalid
from klaviyo_sandbox.api.filter_text import Condition
from klaviyo_sandbox.api.narrow import narrow, narrows
from klaviyo_sandbox.api.page import Range, pick_page
from klaviyo_sandbox.api.query import Query
from klaviyo_sandbox.api.quirks.arrangement import arrange
from klaviyo_sandbox.api.quirks.bounds import as_taken
from klaviyo_sandbox.quirks import DEFAULT, Quirks
from klaviyo_sandbox.spec import Endpoint
from klaviyo_sandbox.store.order import Order, Position
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
    order: Order = field(default_factory=lambda: Order("id", "string", ()))
    """The order of the whole collection."""
    places: list[Position] = field(default_factory=list)
    """The place of each of the rows in that order."""


def select(
    world: World, endpoint: Endpoint, rows: Rows, query: Query, quirks: Quirks = DEFAULT
) -> Selection:
    """Return the page of `rows` which the query asks for.

    Raises:
        ApiError: 400 for a bad cursor or an unknown metric, 500 for a filter Klaviyo itself
        breaks on.
    """
    asked = as_taken(query.conditions, quirks)
    conditions = honoured(asked, endpoint) + _hidden(endpoint, query.conditions)
    _check_metrics(world, endpoint, conditions)
    default = DEFAULT_SORT.get(endpoint.type, "id") if endpoint.kind == "collection" else "id"
    order = rows.order(query.sort or default)
    arranged = arrange(rows, order, endpoint, query.conditions, quirks)
    if arranged is not None:
        rows, order = arranged.rows, arranged.order
    descending = query.descending != (quirks.unsorted == "reversed")
    collection = endpoint.type if endpoint.kind == "collection" else ""
    cursor = (
        None
        if query.cursor is None
        else read_cursor(query.cursor, collection, order, descending=descending)
    )
    bounds = (
        [condition for condition in conditions if narrows(condition, order)]
        if arranged is None
        else []
    )
    tests = [
        test_of(condition, _exists(world)) for condition in conditions if condition not in bounds
    ]
    tests += [] if arranged is None else arranged.tests
    within = Range(0, 0) if finds_nothing(conditions, endpoint) else narrow(order, bounds)
    inclusive = quirks.cursor_without_id and bool(quirks.repeated_rows)
    if cursor is not None and quirks.repeated_rows and not inclusive:
        overlap = min(quirks.repeated_rows, (query.size or 0) // 2)
        cursor = replace(cursor, overlap=overlap)
    page = pick_page(rows, order, within, tests, cursor, query.size, descending=descending)
    following = page.next
    if following is not None and quirks.cursor_without_id:
        following = without_id(following, order.kind, descending=descending != inclusive)
    return Selection(
        page.rows,
        write_cursor(collection, order, following) if following else None,
        write_cursor(collection, order, page.previous, forward=False) if page.previous else None,
        order,
        page.places,
    )


def _hidden(endpoint: Endpoint, conditions: tuple[Condition, ...]) -> list[Condition]:
    """Return the condition that leaves out archived rows; none if a filter names the attribute."""
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
