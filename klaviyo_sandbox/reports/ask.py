"""From a report's request to what it asks."""

from klaviyo_sandbox.reports.body import Attributes, names_of, refused
from klaviyo_sandbox.reports.buckets import buckets_of
from klaviyo_sandbox.reports.local_time import LocalTime
from klaviyo_sandbox.reports.question import Question
from klaviyo_sandbox.reports.timeframe import timeframe_of
from klaviyo_sandbox.spec import Report

INTERVAL = "daily"


def question_of(attributes: Attributes, report: Report, calendar: LocalTime, now: int) -> Question:
    """Return what the attributes of a report's body ask.

    Raises:
        ApiError: 400, the report does not allow it.
    """
    interval = str(attributes.get("interval", ""))
    if report.intervals and interval != INTERVAL:
        raise refused(f"The sandbox has no interval but {INTERVAL}: '{interval}'.", "interval")
    if attributes.get("filter") is not None:
        raise refused("The sandbox filters no reports.", "filter")
    timeframe = timeframe_of(attributes["timeframe"], report, interval)
    return Question(
        calendar=calendar,
        now=now,
        buckets=buckets_of(timeframe, interval, calendar),
        statistics=names_of(attributes, "statistics", report.statistics),
        group_by=_group_by(attributes, report),
        conversion_metric=str(attributes.get("conversion_metric_id", "")),
    )


def _group_by(attributes: Attributes, report: Report) -> list[str]:
    rule = report.group_by
    asked = names_of(attributes, "group_by", rule.allowed)
    if not asked:
        return list(rule.default)
    missing = [name for name in rule.required if name not in asked]
    missing += [
        needed for name, needed in rule.needs.items() if name in asked and needed not in asked
    ]
    if missing:
        raise refused(f"group_by must contain {', '.join(missing)}.", "group_by")
    return asked
