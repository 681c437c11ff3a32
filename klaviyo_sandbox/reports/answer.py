"""The answers to requests for reports."""

from collections.abc import Callable, Iterator, Mapping

from klaviyo_sandbox.reports.aggregates import Aggregates
from klaviyo_sandbox.reports.body import attributes_of
from klaviyo_sandbox.reports.campaign_messages import CampaignMessages
from klaviyo_sandbox.reports.conversion_metrics import ConversionMetrics
from klaviyo_sandbox.reports.document import report_document, results
from klaviyo_sandbox.reports.flow_messages import FlowMessages
from klaviyo_sandbox.reports.forms import Forms
from klaviyo_sandbox.reports.late_changes import LateChanges
from klaviyo_sandbox.reports.local_time import LocalTime
from klaviyo_sandbox.reports.pages import CURSOR, Pages
from klaviyo_sandbox.reports.question import Question, ReportRow, question_of
from klaviyo_sandbox.reports.segments import Segments
from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.spec import Report
from klaviyo_sandbox.store.json_text import load_object
from klaviyo_sandbox.store.moment import MICROS
from klaviyo_sandbox.web.request import Request

RowsAfter = Callable[[Question, tuple[str, ...]], Iterator[ReportRow]]
"""Yields the rows of an answer behind a key, in the order of keys."""
RECOUNT_SECONDS = 3_600
"""The current day's numbers move every so often, so that a test can compare what it read."""


class Reports:
    """All reports of one shop."""

    def __init__(self, shop: Shop) -> None:
        """Answer from the data of the `shop`."""
        self._shop = shop
        self.late = LateChanges()
        self.conversion_metrics = ConversionMetrics(shop.world)
        self.aggregates = Aggregates(shop.world)
        parts = (shop.world, self.late, shop.settings.seed)
        self._sources: Mapping[str, RowsAfter] = {
            "campaign": CampaignMessages(*parts).rows,
            "flow": FlowMessages(*parts).rows,
            "form": Forms(*parts).rows,
            "segment": Segments(*parts).rows,
        }

    @property
    def calendar(self) -> LocalTime:
        """The account's days."""
        account = next(iter(self._shop.world.table("account")))
        return LocalTime(str(load_object(account.attributes)["timezone"]))

    @property
    def now(self) -> int:
        """The full hour up to which numbers are counted, in microseconds since 1970."""
        return int(self._shop.clock.seconds()) // RECOUNT_SECONDS * RECOUNT_SECONDS * MICROS

    def rows(
        self, report: Report, question: Question, after: tuple[str, ...] = ()
    ) -> Iterator[ReportRow]:
        """Yield the rows of a report behind a key."""
        return self._sources[report.type.partition("-")[0]](question, after)

    def answer(self, request: Request, report: Report) -> bytes:
        """Return the answer to a request.

        Raises:
            ApiError: 400 or 415.
        """
        if report.by:
            return self.aggregates.answer(request, report)
        asked = attributes_of(request, report)
        question = question_of(asked, report, self.calendar, self.now)
        if question.conversion_metric:
            self.conversion_metrics.check(question.conversion_metric)
        pages = Pages(request, asked)
        after = pages.after(dict(request.query).get(CURSOR)) or ()
        rows = self.rows(report, question, after)
        page, following = (
            pages.page(rows, self._shop.settings.report_page_size, lambda row: row.key)
            if report.page_cursor
            else (list(rows), None)
        )
        series = bool(report.intervals)
        attributes: dict[str, object] = {"results": results(page, series=series)}
        if series:
            attributes["date_times"] = [
                question.calendar.unzoned(bucket.first) for bucket in question.buckets
            ]
        return report_document(request, report, attributes, following)
