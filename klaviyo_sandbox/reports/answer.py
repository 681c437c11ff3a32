"""Answers the requests for reports."""

from itertools import islice

from klaviyo_sandbox.api.errors import invalid_cursor
from klaviyo_sandbox.api.quirks.book import QuirkBook
from klaviyo_sandbox.quirks import DEFAULT, Quirks
from klaviyo_sandbox.reports.aggregates import Aggregates
from klaviyo_sandbox.reports.ask import question_of
from klaviyo_sandbox.reports.body import attributes_of
from klaviyo_sandbox.reports.conversion_metrics import ConversionMetrics
from klaviyo_sandbox.reports.document import relationships_of, report_document, results
from klaviyo_sandbox.reports.late_changes import LateChanges
from klaviyo_sandbox.reports.local_time import LocalTime
from klaviyo_sandbox.reports.page_cursor import CURSOR, read_cursor, write_cursor
from klaviyo_sandbox.reports.sources import sources_of
from klaviyo_sandbox.shop.shop import Shop
from klaviyo_sandbox.spec import Report
from klaviyo_sandbox.store.json_text import load_object
from klaviyo_sandbox.store.moment import MICROS
from klaviyo_sandbox.web.request import Request

RECOUNT_SECONDS = 3_600
"""The current day's numbers move every so often, so that a test can compare what it read."""


class Reports:
    """All reports of one shop."""

    def __init__(self, shop: Shop, quirks: QuirkBook) -> None:
        """Answer from what the `shop` holds, with `quirks`."""
        self._shop = shop
        self._quirks = quirks
        self.late = LateChanges()
        self.conversion_metrics = ConversionMetrics(shop.world)
        self.aggregates = Aggregates(shop.world)
        self.sources = sources_of(shop.world, self.late, shop.settings.seed)

    @property
    def calendar(self) -> LocalTime:
        """The account's days."""
        account = next(iter(self._shop.world.table("account")))
        return LocalTime(str(load_object(account.attributes)["timezone"]))

    @property
    def now(self) -> int:
        """The time until which things were counted, in microseconds since 1970: a full hour."""
        return int(self._shop.clock.seconds()) // RECOUNT_SECONDS * RECOUNT_SECONDS * MICROS

    def answer(self, request: Request, report: Report) -> bytes:
        """Return the document that answers a request.

        Raises:
            ApiError: 400 or 415.
        """
        quirks = self._quirks.find(request.path) or DEFAULT
        if report.by:
            return self.aggregates.answer(request, report, quirks)
        return self._answer(request, report, quirks)

    def _answer(self, request: Request, report: Report, quirks: Quirks) -> bytes:
        asked = attributes_of(request, report)
        question = question_of(asked, report, self.calendar, self.now, quirks)
        if question.conversion_metric:
            self.conversion_metrics.check(question.conversion_metric)
        cursor = dict(request.query).get(CURSOR)
        if cursor and self._quirks.every("cursor", request.path, quirks.cursor_refused_every):
            raise invalid_cursor()
        after = () if cursor is None else read_cursor(cursor, asked)
        rows = self.sources[report.type.partition("-")[0]](question, after)
        most = self._shop.settings.report_page_size if report.page_cursor else None
        page = list(islice(rows, most))
        more = most is not None and next(rows, None) is not None
        more |= bool(page and report.page_cursor) and quirks.next_on_last_page
        series = bool(report.intervals)
        attributes: dict[str, object] = {
            "results": results(page, series=series, null=not quirks.null_groupings_absent)
        }
        if series:
            attributes["date_times"] = [
                question.calendar.text(bucket.first, quirks.report_dates)
                for bucket in question.buckets
            ]
        following = request.url(write_cursor(page[-1].key, asked), CURSOR) if more else None
        return report_document(
            request, report, attributes, relationships_of(request, report, page), following
        )
