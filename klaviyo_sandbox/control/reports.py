"""Control calls about reports: the truth, late changes, refused metrics."""

from collections.abc import Callable
from datetime import date

from klaviyo_sandbox.control.arguments import Arguments
from klaviyo_sandbox.reports.local_time import LocalTime
from klaviyo_sandbox.reports.truth import aggregate_rows, report_rows
from klaviyo_sandbox.spec import load_spec
from klaviyo_sandbox.state import State


def _days(arguments: Arguments) -> tuple[date, date]:
    return date.fromisoformat(arguments.text("start")), date.fromisoformat(arguments.text("end"))


def rows(state: State, arguments: Arguments) -> object:
    """Return the rows of `report` from the day `start` to `end`, by `group_by`."""
    report = load_spec().reports[f"/api/{arguments.text('report')}-reports"]
    return report_rows(
        state.reports,
        report,
        _days(arguments),
        arguments.texts("group_by"),
        arguments.text("conversion_metric_id"),
    )


def aggregates(state: State, arguments: Arguments) -> object:
    """Return the aggregates of `metric_id` from the day `start` to `end`, by `by`."""
    timezone = arguments.text("timezone")
    return aggregate_rows(
        state.shop.world,
        arguments.text("metric_id"),
        _days(arguments),
        LocalTime(timezone) if timezone else state.reports.calendar,
        arguments.texts("by"),
    )


def change(state: State, arguments: Arguments) -> object:
    """Add `amount` to the `count` of the message, form version or segment `id` on `date`."""
    day = date.fromisoformat(arguments.text("date")).toordinal()
    amount = int(arguments.number("amount", 1))
    state.reports.late.add(arguments.text("id"), day, arguments.text("count"), amount)
    return None


def refuse_metrics(state: State, arguments: Arguments) -> object:
    """Refuse to count conversions by the metrics `ids`, beside those that are never eligible."""
    state.reports.conversion_metrics.refuse(arguments.texts("ids"))
    return None


CALLS: dict[str, Callable[[State, Arguments], object]] = {
    "report_rows": rows,
    "aggregate_rows": aggregates,
    "change_report": change,
    "refuse_metrics": refuse_metrics,
}
