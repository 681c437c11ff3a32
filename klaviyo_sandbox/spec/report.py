"""Klaviyo's specification of a report, read by POST."""

from collections.abc import Mapping
from datetime import date

from msgspec import Struct

from klaviyo_sandbox.spec.endpoint import Reduced


class GroupBy(Struct, frozen=True):
    """The groupings of a report's rows."""

    allowed: tuple[str, ...] = ()
    default: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    needs: Mapping[str, str] = {}
    """Groupings that are refused without another one: that other, by grouping."""


class Report(Struct, frozen=True, kw_only=True):
    """One report endpoint."""

    path: str
    operation: str
    type: str
    """JSON:API type of the body and of the answer."""
    response: str
    scopes: tuple[str, ...]
    windows: Mapping[int, int]
    page_cursor: str = ""
    """Where a page cursor goes: `query`, `body`, or empty where the report has one page."""
    body: frozenset[str]
    """Every attribute that the body may hold."""
    required: tuple[str, ...]
    statistics: tuple[str, ...]
    """The statistics; for metric aggregates, the measurements."""
    intervals: tuple[str, ...] = ()
    """Empty if each row has one value for the whole timeframe."""
    interval_days: Mapping[str, int] = {}
    """The longest timeframe per interval, where it is less than a year."""
    group_by: GroupBy = GroupBy()
    by: tuple[str, ...] = ()
    """The dimensions of metric aggregates."""
    since: date | None = None
    """The first day that Klaviyo has data of."""
    attributes: tuple[str, ...]
    reduced: tuple[Reduced, ...] = ()
    """Always empty: no parameter gives a report a lower limit."""
