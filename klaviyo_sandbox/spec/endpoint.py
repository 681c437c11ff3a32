"""The shapes of the specification's data."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FilterRule:
    """What may be asked of one filter field."""

    operators: Mapping[str, frozenset[str]]
    """Operators per shape of literal: `single`, `list` or `none` (only `has` takes none)."""
    value: str
    """`string`, `boolean`, `number`, `integer`, `date-time`, or `` when there is no literal."""
    enum: frozenset[str]
    """The only values accepted; empty when any will do."""

    @property
    def all_operators(self) -> list[str]:
        """Every operator of the field, sorted."""
        return sorted(frozenset().union(*self.operators.values()))


@dataclass(frozen=True, slots=True)
class PageSize:
    """Bounds of `page[size]`, in resources."""

    minimum: int
    maximum: int
    default: int


@dataclass(frozen=True, slots=True)
class Relation:
    """One relationship of a resource type."""

    name: str
    type: str
    many: bool


@dataclass(frozen=True, slots=True)
class Reduced:
    """A lower limit for requests in which one query parameter has one value."""

    parameter: str
    value: str
    windows: Mapping[int, int]

    @property
    def bucket(self) -> str:
        """The limit's name; endpoints with the same parameter and value share the limit."""
        return f"{self.parameter}={self.value}"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One GET endpoint."""

    path: str
    kind: str
    """`collection`, `item`, `subcollection`, `related_one`, `relationship`, `relationship_one`."""
    operation: str
    type: str
    """JSON:API type of the resources answered."""
    response: str
    """Name of the response model, in Klaviyo's specification and in its SDKs."""
    resource: str
    """Name of the resource model; empty where the answer holds ids only."""
    scopes: tuple[str, ...]
    windows: Mapping[int, int]
    """Requests allowed per window; the key is the window's length in seconds."""
    reduced: tuple[Reduced, ...]
    paginated: bool
    page_size: PageSize | None
    fixed_page: int | None
    """Resources on a page of an endpoint that has page cursors but takes no `page[size]`."""
    filters: Mapping[str, FilterRule]
    required_filters: Mapping[str, list[list[str]]]
    sort: tuple[str, ...]
    include: tuple[str, ...]
    fields: Mapping[str, frozenset[str]]
    additional_fields: Mapping[str, frozenset[str]]
    attributes: tuple[str, ...]
    relations: Mapping[str, Relation]

    @property
    def parent(self) -> str:
        """First path segment under `/api/`, such as `lists` in `/api/lists/{id}/profiles`."""
        return self.path.split("/")[2]

    @property
    def relation_name(self) -> str:
        """Last path segment: the relationship's name on endpoints below an item."""
        return self.path.rsplit("/", 1)[-1]

    @property
    def page_rows(self) -> int | None:
        """Resources on a page when the request does not say.

        None where everything comes at once.
        """
        if self.page_size is not None:
            return self.page_size.default
        return self.fixed_page
