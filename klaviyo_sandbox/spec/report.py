"""The shape of the specification's data about reports: POSTs that only ask."""

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
    """Per grouping, the one that must come with it."""


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
    """The statistics, or of metric aggregates the measurements."""
    intervals: tuple[str, ...]
    """Empty where the answer is one value a row."""
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
    """The first day of which there are data."""
    attributes: tuple[str, ...]
    relationships: Mapping[str, str]
    """Resource type per relationship of the answer."""
    reduced: tuple[Reduced, ...] = ()
    """No parameter makes a report dearer."""
