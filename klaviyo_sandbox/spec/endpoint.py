"""Klaviyo's specification of a GET endpoint."""

from collections.abc import Mapping

from msgspec import Struct, field


class FilterRule(Struct, frozen=True):
    """The rules of a filter field."""

    operators: Mapping[str, frozenset[str]]
    """Operators per shape of literal: `single`, `list` or `none` (only `has` takes none)."""
    value: str = ""
    """`string`, `boolean`, `number`, `integer`, `date-time`, or `` when there is no literal."""
    enum: frozenset[str] = frozenset()
    """The only values accepted; empty when any will do."""

    @property
    def all_operators(self) -> list[str]:
        """Every operator of the field, sorted."""
        return sorted(frozenset().union(*self.operators.values()))


class PageSize(Struct, frozen=True):
    """Bounds of `page[size]`, in resources."""

    minimum: int = field(name="min")
    maximum: int = field(name="max")
    default: int


class Relation(Struct, frozen=True):
    """One relationship of a resource type."""

    type: str
    many: bool


class Reduced(Struct, frozen=True):
    """A lower limit for requests with a certain value of a query parameter."""

    when: str
    """`parameter=value`; endpoints with the same share the limit."""
    windows: Mapping[int, int]

    def applies(self, parameters: Mapping[str, str]) -> bool:
        """Tell whether a request with these query parameters falls under the limit."""
        return self.value in parameters.get(self.parameter, "").split(",")

    @property
    def parameter(self) -> str:
        """The parameter's name."""
        return self.when.partition("=")[0]

    @property
    def value(self) -> str:
        """The value, alone or in a list."""
        return self.when.partition("=")[2]


class Endpoint(Struct, frozen=True, kw_only=True):
    """One GET endpoint."""

    path: str = ""
    kind: str
    """`collection`, `item`, `subcollection`, `related_one`, `relationship`, `relationship_one`."""
    operation: str
    type: str
    """JSON:API type of the resources answered."""
    response: str
    """Name of the response model, in Klaviyo's specification and in its SDKs."""
    resource: str = ""
    """Name of the resource model; empty where the answer holds ids only."""
    scopes: tuple[str, ...] = ()
    windows: Mapping[int, int]
    """Requests allowed per window; the key is the window's length in seconds."""
    reduced: tuple[Reduced, ...] = ()
    paginated: bool = False
    page_size: PageSize | None = None
    fixed_page: int = 100
    """Resources on a page of an endpoint that has page cursors but takes no `page[size]`."""
    filters: Mapping[str, FilterRule] = {}
    required_filters: Mapping[str, list[list[str]]] = {}
    sort: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    fields: Mapping[str, frozenset[str]] = {}
    """Per resource type, what `fields[…]` may name."""
    additional_fields: Mapping[str, frozenset[str]] = {}
    attributes: tuple[str, ...] = ()
    relations: Mapping[str, Relation] = field(name="relationships", default_factory=dict)

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
        return self.fixed_page if self.paginated else None
