"""The shape of the specification's data about reports, which are read by POST."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from klaviyo_sandbox.spec.endpoint import Reduced


@dataclass(frozen=True, slots=True)
class GroupBy:
    """What the rows of a report may be grouped by."""

    allowed: tuple[str, ...] = ()
    default: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    needs: Mapping[str, str] = field(default_factory=dict)
    """Groupings that are refused without another one: that other, by grouping."""


@dataclass(frozen=True, slots=True)
class Report:
    """One report endpoint."""

    path: str
    operation: str
    type: str
    """JSON:API type of the body and of the answer."""
    response: str
    scopes: tuple[str, ...]
    windows: Mapping[int, int]
    page_cursor: str
    """Where a page cursor goes: `query`, `body`, or empty where the report has one page."""
    body: frozenset[str]
    """Every attribute that the body may hold."""
    required: tuple[str, ...]
    statistics: tuple[str, ...]
    """The statistics; for metric aggregates, the measurements."""
    intervals: tuple[str, ...]
    """Empty if each row has one value for the whole timeframe."""
    interval_days: Mapping[str, int]
    """The longest timeframe per interval, where it is less than a year."""
    timeframes: tuple[str, ...]
    group_by: GroupBy
    by: tuple[str, ...]
    """The dimensions of metric aggregates."""
    filters: Mapping[str, frozenset[str]]
    """Operators per field."""
    filter_values: int
    """The most values in the list of one filter."""
    channels: frozenset[str]
    """The values of `send_channel`."""
    since: date | None
    """The first day that Klaviyo has data of."""
    attributes: tuple[str, ...]
    relationships: Mapping[str, str]
    """Resource type per relationship of the answer."""
    reduced: tuple[Reduced, ...] = ()
    """Always empty: no parameter gives a report a lower limit."""
