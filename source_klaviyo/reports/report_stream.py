"""The base class of reports: rows that Klaviyo computes, requested by POST.

Answers have no resources; every row is a record of its own, with the day, the groups and the
statistics flat at the top.
"""

import time
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from typing import Any, Final

import requests
from airbyte_cdk.sources.types import StreamSlice

from source_klaviyo.api.client import JSON_API
from source_klaviyo.api.partition import Partition
from source_klaviyo.api.quotas.limits import DailyLimit
from source_klaviyo.api.quotas.quota import EndpointQuota
from source_klaviyo.protocol import PageRequest, Record, Window
from source_klaviyo.reports import answer as answers
from source_klaviyo.reports.collection import CountCall, ReportCollection
from source_klaviyo.reports.days import DAY, date_of, day_of
from source_klaviyo.reports.declaration import ReportDeclaration
from source_klaviyo.streams.kinds.base import KlaviyoStream
from source_klaviyo.streams.requests.collection_view import CollectionView

REPORTS_A_DAY: Final = DailyLimit(225)
"""Klaviyo does not document whether all reports share this limit: presumed until an answer shows
otherwise."""


class ReportStream(ReportDeclaration, KlaviyoStream):
    """A report, `POST /api/<endpoint>`.

    Its attributes are those of ReportDeclaration.
    """

    http_method = "POST"
    count: CountCall | None = None

    @property
    def cursor_field(self) -> str:
        """The cursor, at the top of the record."""
        return self.cursor_attribute

    def find_partitions(self) -> None:
        """Look up the metrics to report, one per partition. Raises StreamFailed."""
        if self.metric_key:
            self.partitions = tuple({self.metric_key: metric} for metric in self.metrics)

    @property
    def quota(self) -> EndpointQuota:
        """The quota of its requests."""
        shares = self.limit.daily and self.shares_its_day
        presumed = ("reports", REPORTS_A_DAY) if shares else None
        return self._client.quotas.get(self.endpoint, self.limit, presumed=presumed)

    def collection(self, views: Sequence[CollectionView]) -> ReportCollection:  # type: ignore[override]
        """Return the report, as the sync engine reads it."""
        (view,) = views
        made = ReportCollection(self._client, self, self.quota, self._errors, view)
        if self.count:
            made.count = self.count
        return made

    def probe(self) -> Sequence[Record]:
        """Return no records: a probe would cost a call of the day's quota."""
        return []

    # The CDK's interface; see streams/kinds/http_stream.py.

    @property
    def is_resumable(self) -> bool:
        """Whether a full refresh resumes after a cut: no, its rows are computed anew."""
        return False

    def stream_slices(self, **_: object) -> Iterable[StreamSlice]:
        """Yield a slice for each window of each metric."""
        self.find_partitions()
        for partition in self.partitions:
            for window in self.windows(int(time.time())):
                dates = {"from": _text(window.lo), "before": _text(window.hi)}
                yield StreamSlice(partition=partition, cursor_slice=dates)

    def first_request(self, partition: Partition) -> PageRequest:
        """Return the request for a window: the slice's window, else today's."""
        given = dict(partition)
        lo, hi = given.pop("from", None), given.pop("before", None)
        window = Window(day_of(str(lo)), day_of(str(hi))) if lo and hi else self._today()
        return PageRequest(given, window, (0,))

    def request_params(
        self,
        stream_state: Mapping[str, Any] | None,  # noqa: ARG002
        stream_slice: Mapping[str, Any] | None = None,  # noqa: ARG002
        next_page_token: Mapping[str, Any] | None = None,
    ) -> MutableMapping[str, Any]:
        """Return the parameters of a page."""
        return {**self.parameters_after(next_page_token["next"] if next_page_token else None)}

    def path(
        self,
        *,
        stream_state: Mapping[str, Any] | None = None,  # noqa: ARG002
        stream_slice: Mapping[str, Any] | None = None,  # noqa: ARG002
        next_page_token: Mapping[str, Any] | None = None,  # noqa: ARG002
    ) -> str:
        """Return the address, the same for all pages."""
        return self.endpoint

    def request_headers(self, *_: object, **__: object) -> Mapping[str, str]:
        """Return the headers for the revision and the body's type."""
        return {**super().request_headers(), "Content-Type": JSON_API}

    def request_body_json(
        self,
        stream_state: Mapping[str, Any] | None,  # noqa: ARG002
        stream_slice: Mapping[str, Any] | None = None,
        next_page_token: Mapping[str, Any] | None = None,
    ) -> Mapping[str, Any]:
        """Return the body of a request."""
        request = self.first_request(stream_slice or {})
        token = str(next_page_token["next"]) if next_page_token else None
        body: Any = self.body(request.partition, request.window, token)
        return {**body}

    def next_page_token(self, response: requests.Response) -> Mapping[str, str] | None:
        """Return the cursor of the page after an answer, None on the last page."""
        cursor = answers.next_cursor(response.content)
        return {"next": cursor} if cursor else None

    def _today(self) -> Window:
        today = self.timezone.day_at(time.time())
        return Window(self.period.first(today), today + DAY)


def _text(day: int) -> str:
    return date_of(day).isoformat()
