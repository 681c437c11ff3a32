"""Metric aggregates: counts of events by their time."""

from bisect import bisect_left
from math import fsum

from klaviyo_sandbox.reports.aggregate_question import AggregateQuestion, aggregate_question_of
from klaviyo_sandbox.reports.body import attributes_of
from klaviyo_sandbox.reports.dimensions import Dimensions
from klaviyo_sandbox.reports.document import report_document
from klaviyo_sandbox.reports.event_values import MetricEvents, micros_of, value_of
from klaviyo_sandbox.reports.pages import CURSOR, Pages
from klaviyo_sandbox.spec import Report
from klaviyo_sandbox.store.moment import moment_of, seconds_text
from klaviyo_sandbox.store.row import EventRow
from klaviyo_sandbox.store.world import World
from klaviyo_sandbox.web.request import Request

Measurements = dict[str, list[float]]


class Aggregates:
    """Counts the shop's events."""

    def __init__(self, world: World) -> None:
        """Count those of `world`."""
        self._world = world
        self._events = MetricEvents(world)
        self._dimensions = Dimensions(world)

    def answer(self, request: Request, report: Report) -> bytes:
        """Return the answer to a request.

        Raises:
            ApiError: 400, 404 or 500.
        """
        asked = attributes_of(request, report)
        question = aggregate_question_of(asked, report, self._world)
        cursor = asked.get(CURSOR)
        pages = Pages(request, asked)
        after = pages.after(None if cursor is None else str(cursor))
        found = self.counted(question)
        keys = iter(sorted(key for key in found if after is None or key > after))
        page, following = pages.page(keys, question.page_size, lambda key: key)
        attributes = {
            "dates": [seconds_text(moment_of(bucket.first)) for bucket in question.buckets],
            "data": [{"dimensions": list(key), "measurements": found[key]} for key in page],
        }
        return report_document(request, report, attributes, following)

    def counted(self, question: AggregateQuestion) -> dict[tuple[str, ...], Measurements]:
        """Return the measurements of the events in question, by their dimensions."""
        first, end = question.buckets[0].first, question.buckets[-1].end
        events = self._events.between(question.metric_id, first, end)
        found: dict[tuple[str, ...], list[EventRow]] = {} if question.by else {(): []}
        for event in events:
            key = tuple(self._dimensions.value(event, name) for name in question.by)
            found.setdefault(key, []).append(event)
        return {key: self._measured(events, question) for key, events in found.items()}

    def _measured(self, events: list[EventRow], question: AggregateQuestion) -> Measurements:
        marks = [bisect_left(events, bucket.first, key=micros_of) for bucket in question.buckets]
        steps = [
            events[first:end] for first, end in zip(marks, [*marks[1:], len(events)], strict=True)
        ]
        found: Measurements = {}
        for name in question.measurements:
            if name == "count":
                found[name] = [len(step) for step in steps]
            elif name == "unique":
                found[name] = [
                    len({event.relations["profile"] for event in step}) for step in steps
                ]
            else:
                found[name] = [fsum(map(value_of, step)) for step in steps]
        return found
