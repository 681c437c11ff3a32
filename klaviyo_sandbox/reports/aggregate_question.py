"""The question in a request for metric aggregates."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfoNotFoundError

from klaviyo_sandbox.api.errors import ApiError
from klaviyo_sandbox.api.filter_text import Condition, Date, FilterSyntaxError, parse_filter
from klaviyo_sandbox.reports.body import Attributes, names_of, refused
from klaviyo_sandbox.reports.local_time import LocalTime
from klaviyo_sandbox.reports.timeframe import Bucket, Timeframe, a_year_after
from klaviyo_sandbox.spec import Report
from klaviyo_sandbox.store.moment import micros
from klaviyo_sandbox.store.row import Reference
from klaviyo_sandbox.store.world import World

INTERVAL = "day"
PAGE_SIZE = 500
"""The default, which is the minimum as well."""
UNSUPPORTED = frozenset({"Factory", "Europe/Kyiv", "Pacific/Kanton"})
"""Timezones that Klaviyo names as missing."""
_BOUNDS = {"greater-or-equal": "start", "less-than": "end"}


@dataclass(frozen=True, slots=True)
class AggregateQuestion:
    """One request."""

    metric_id: str
    measurements: Sequence[str]
    by: Sequence[str]
    buckets: Sequence[Bucket]
    page_size: int = PAGE_SIZE


def aggregate_question_of(
    attributes: Attributes, report: Report, world: World
) -> AggregateQuestion:
    """Return the question in the attributes of the body.

    Raises:
        ApiError: 400, 404 or 500.
    """
    by = names_of(attributes, "by", report.by)
    if attributes.get("sort") is not None:
        raise refused("Sorting is not available for this query.", "sort")
    interval = str(attributes.get("interval") or INTERVAL)
    if interval != INTERVAL:
        raise refused(f"The sandbox has no interval but {INTERVAL}: '{interval}'.", "interval")
    calendar = _calendar(str(attributes.get("timezone") or "UTC"))
    timeframe = _timeframe(attributes["filter"], calendar)
    return AggregateQuestion(
        metric_id=_metric(str(attributes["metric_id"]), world),
        measurements=names_of(attributes, "measurements", report.statistics),
        by=by,
        buckets=timeframe.buckets(calendar, series=True),
        page_size=_page_size(attributes.get("page_size")),
    )


def _metric(metric_id: str, world: World) -> str:
    if world.get(Reference("custom-metric", metric_id)) is not None:
        raise refused("Custom metrics are not supported by metric aggregates.", "metric_id")
    if world.get(Reference("metric", metric_id)) is None:
        detail = f"A metric with id {metric_id} does not exist."
        raise ApiError(404, "not_found", detail, pointer="/data/attributes/metric_id")
    return metric_id


def _page_size(value: object) -> int:
    if value is None:
        return PAGE_SIZE
    if not isinstance(value, int) or value < PAGE_SIZE:
        raise refused(f"The page size must be a number of at least {PAGE_SIZE}.", "page_size")
    return value


def _calendar(timezone: str) -> LocalTime:
    try:
        if timezone not in UNSUPPORTED:
            return LocalTime(timezone)
    except (ZoneInfoNotFoundError, ValueError):
        pass
    raise refused(f"'{timezone}' is not a valid timezone.", "timezone")


def _timeframe(value: object, calendar: LocalTime) -> Timeframe:
    if not isinstance(value, list):
        raise refused("'filter' must be a list.", "filter")
    bounds: dict[str, datetime] = {}
    try:
        conditions = parse_filter(",".join(map(str, value)))
    except FilterSyntaxError as error:
        raise refused(f"Invalid filter: {value}", "filter") from error
    for condition in conditions:
        if condition.field != "datetime" or condition.operator not in _BOUNDS:
            raise refused(f"Invalid filter: {value}", "filter")
        bounds[_BOUNDS[condition.operator]] = _local(condition, calendar)
    if bounds.keys() != {"start", "end"}:
        raise refused("The filter needs greater-or-equal and less-than of datetime.", "filter")
    if bounds["end"] <= bounds["start"]:
        raise refused("The end must be after the start.", "filter")
    if bounds["end"] > a_year_after(bounds["start"]):
        raise refused("The time range cannot be longer than 1 year.", "filter")
    return Timeframe(bounds["start"], bounds["end"])


def _local(condition: Condition, calendar: LocalTime) -> datetime:
    """Return the local time of a bound."""
    if not isinstance(condition.literal, Date):
        raise refused("A datetime must not be quoted.", "filter")
    stated = datetime.fromisoformat(condition.literal.text)
    if stated.tzinfo is None:
        return stated
    return calendar.local(micros(condition.literal.text)).replace(tzinfo=None)
