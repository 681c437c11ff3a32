"""A report of Klaviyo's API, requested window by window."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import msgspec
import requests

from source_klaviyo.api.client import Client, Request
from source_klaviyo.api.error_handler import KlaviyoErrorHandler
from source_klaviyo.api.partition import Partition
from source_klaviyo.api.quotas.quota import EndpointQuota
from source_klaviyo.errors import (
    NotFound,
    PageLost,
    ParameterRefused,
    PartitionRefused,
    QuotaSpent,
    StreamFailed,
    Throttled,
    UnreadableAnswer,
)
from source_klaviyo.protocol import Extract, ItemRequest, Page, PageRequest, Record, Window
from source_klaviyo.reports.answer import Answer, Wanted
from source_klaviyo.reports.days import DAY, date_of
from source_klaviyo.reports.declaration import ReportDeclaration
from source_klaviyo.streams.requests.collection_view import CollectionView

CountCall = Callable[[Partition, Window, int], None]
"""Called with the calls for a window; a negative number takes calls back."""


def _count_nothing(partition: Partition, window: Window, calls: int) -> None:
    del partition, window, calls


def _key_part(value: msgspec.Raw) -> bytes:
    """Return a grouping as in a record: "" for null.

    Groupings are parts of the primary key. Destinations merge rows with null in their key into
    doubles, or drop them (Redshift).
    """
    return b'""' if bytes(value) == b"null" else bytes(value)


@dataclass(eq=False)
class ReportCollection:
    """The report that `declared` describes, with its single view; implements protocol.Collection.

    `count` is called with each call before the call is made.
    """

    client: Client
    declared: ReportDeclaration
    quota: EndpointQuota
    errors: KlaviyoErrorHandler
    own: CollectionView
    count: CountCall = _count_nothing
    has_cursor: bool = True
    bounded_above: bool = True
    ordered: bool = False
    newest_first: bool = False
    sortable: bool = False
    deferrable: bool = True
    page_size: int | None = None
    left_out: frozenset[str] = frozenset()
    name: str = field(init=False)
    partitions: Sequence[Partition] = field(init=False)

    def __post_init__(self) -> None:
        self.name = self.declared.endpoint
        self.partitions = self.declared.partitions

    def item_quota(self, view: int) -> EndpointQuota:
        """Return the quota: a report has no items."""
        del view
        return self.quota

    def fetch(self, request: PageRequest) -> Page:
        """Fetch a page; see protocol.Collection."""
        body = self.declared.body(request.partition, request.window, request.token)
        sent = Request(
            f"{self.client.base_url}/api/{self.declared.endpoint}",
            self.declared.parameters_after(request.token),
            self.declared.revision_at(self.client.revision),
            self.quota,
            self.errors,
            single=True,
            body=msgspec.json.encode(body),
        )
        self.count(request.partition, request.window, 1)
        try:
            return self.client.send(sent, lambda response: self.read(response, request))
        except (Throttled, QuotaSpent):
            self.count(request.partition, request.window, -1)
            raise
        except (NotFound, ParameterRefused) as refused:
            raise self._meaning(request, refused) from refused

    def items_like(self, view: int) -> int:
        """Return the view itself: a report has no items."""
        return view

    def fetch_item(self, items: Mapping[int, ItemRequest]) -> Page:
        """Not used: a report has no items."""
        raise NotImplementedError(items)

    def optional_parts(self, request: PageRequest) -> frozenset[str]:
        """Return no parts: reports have no optional parts."""
        del request
        return frozenset()

    def refused_parts(self, request: PageRequest, failure: StreamFailed) -> frozenset[str] | None:
        """Return None: reports have no optional parts."""
        del request, failure
        return None

    def served_without(self, parts: frozenset[str], *, is_row: bool) -> None:
        """Do nothing: reports have no optional parts."""
        del parts, is_row

    def read(self, response: requests.Response, request: PageRequest) -> Page:
        """Return the page in the answer to `request`. Raises UnreadableAnswer."""
        declared, body = self.declared, response.content
        wanted = Wanted(declared.grouped_by, declared.statistics, request.window, declared.timezone)
        answer = declared.answer(body, wanted)
        ids, cursors, records = list[str](), list[int | None](), list[Record]()
        try:
            for day, key, record in self._rows(answer, request):
                ids.append(key)
                cursors.append(day)
                records.append(record)
        except ValueError as unreadable:  # msgspec's decoding errors are ValueErrors
            raise UnreadableAnswer(str(unreadable)) from unreadable
        if self.own.drift and records:
            self.own.drift.look_at(records[0])
        return Page(
            ids,
            cursors,
            [Extract(records) for _ in request.views],
            answer.next,
            size=len(body),
            release=self.client.release,
        )

    def _rows(self, answer: Answer, request: PageRequest) -> Iterator[tuple[int, str, Record]]:
        """Yield the rows of the requested days: the day, the row's name, and its record."""
        declared, window = self.declared, request.window
        days = [(number, day) for number, day in enumerate(answer.days) if day in window]
        heads = {day: self._head(day, request) for _, day in days}
        shown = [declared.statistic_keys.get(name, name) for name in declared.statistics]
        statistics = [msgspec.json.encode(name) + b":" for name in shown]
        keys = [msgspec.json.encode(key) + b":" for key in declared.grouping_keys]
        for group in answer.groups:
            named = b"".join(
                b",%b%b" % (key, _key_part(value))
                for key, value in zip(keys, group.named, strict=True)
            )
            for number, day in days:
                values = zip(statistics, group.row(number), strict=True)
                numbers = b"".join([b",%b%b" % (name, bytes(value)) for name, value in values])
                head = heads[day] + named
                yield day, head.decode(), (head + numbers, b"}")

    def _head(self, day: int, request: PageRequest) -> bytes:
        """Return the first members of all rows of a day, after the opening brace."""
        members: dict[str, str | bool] = {"date": date_of(day).isoformat()}
        if self.declared.counts_periods:
            members["period_start"] = date_of(request.window.lo).isoformat()
            members["period_end"] = date_of(request.window.hi - DAY).isoformat()
        return msgspec.json.encode({**members, **request.partition})[:-1]

    def _meaning(
        self, request: PageRequest, refused: NotFound | ParameterRefused
    ) -> StreamFailed | PageLost:
        """Return the exception for a refusal: a lost page, a metric without reports, or others."""
        if request.token:
            return PageLost(str(refused.message))
        if not request.partition:
            return refused
        if isinstance(refused, ParameterRefused):
            pointed = "metric_id" in (refused.pointer or "")
            if not pointed and "metric" not in refused.detail.casefold():
                return refused
        ((_, metric),) = request.partition.items()
        advice = f"Klaviyo has no {self.name} of the metric {metric}. {refused.message}"
        return PartitionRefused(advice, is_sure=isinstance(refused, ParameterRefused))
