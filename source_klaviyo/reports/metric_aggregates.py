"""Metric aggregates: https://developers.klaviyo.com/en/reference/query_metric_aggregates ."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar, Final

from source_klaviyo.api.partition import Partition
from source_klaviyo.api.quotas.limits import S
from source_klaviyo.protocol import Window
from source_klaviyo.reports import answer as answers
from source_klaviyo.reports.answer import Answer, Wanted
from source_klaviyo.reports.days import DAY, Period, date_of
from source_klaviyo.reports.declaration import Json
from source_klaviyo.reports.report_stream import ReportStream

_YEAR: Final = Period(362)
"""A year, minus the days that widen the request."""
_MARGIN: Final = 5
"""Seconds: Klaviyo refuses bounds at `/events` that are not well in the past."""
_UNKNOWN_TO_AGGREGATES: Final = {
    "Europe/Kyiv": "Europe/Kiev",
    "Pacific/Kanton": "Pacific/Enderbury",
}
"""Names of timezones that metric aggregates do not accept, and the older names of the same
zones."""


_NO_WORD: Final = re.compile(r"\W+")


class MetricAggregates(ReportStream):
    """The number of events of each metric, by day of the event, and the sum of their values.

    `metric_aggregates_by` in the configuration splits the rows, for example by `$attributed_flow`.
    """

    endpoint = "metric-aggregates"
    scopes = ("metrics:read",)
    limit = S
    metric_key = "metric_id"
    splits_on_request = True
    statistics = ("count", "unique", "sum_value")
    statistic_keys: ClassVar[Mapping[str, str]] = {"unique": "unique_profiles"}  # a word of SQL
    period = _YEAR

    def answer(self, body: bytes | bytearray, wanted: Wanted) -> Answer:
        """Return the decoded answer; see answer.py."""
        return answers.aggregates(body, wanted)

    @property
    def metrics(self) -> Sequence[str]:
        """The ids of the metrics to count."""
        return self.account.aggregated_metrics

    @property
    def candidates(self) -> Sequence[str]:
        """No metrics: all are counted."""
        return ()

    @property
    def first_day(self) -> int:
        """The first day to read: events may be older than the account's metrics."""
        return self.account.first_day_of_events

    @property
    def grouped_by(self) -> Sequence[str]:
        """The dimensions that split the counts, in Klaviyo's words."""
        return self.account.aggregated_by

    @property
    def grouping_keys(self) -> Sequence[str]:
        """The keys of the dimensions on a record."""
        return [dimension_key(name) for name in self.grouped_by]

    @property
    def primary_key(self) -> list[str]:
        """The members of a record that together are its primary key, dimensions included."""
        return [*self.keys, *self.grouping_keys]

    def full_schema(self) -> Mapping[str, Any]:
        """Return the schema of a record, with the dimensions."""
        schema = super().full_schema()
        dimensions = {key: {"type": "string"} for key in self.grouping_keys}
        return {**schema, "properties": {**schema["properties"], **dimensions}}

    def body(self, partition: Partition, window: Window, cursor: str | None) -> Json:
        """Return the body of a request for a window."""
        zone = self.timezone.zone.key
        # Klaviyo does not document the timezone of these times: with another day at both ends all
        # days of the window are whole, and the days around the window are dropped.
        end = f"{date_of(window.hi + DAY)}T00:00:00"
        if window.hi + DAY >= self.timezone.day_at(self._now.timestamp()):
            end = self._now.isoformat()
        filters = [
            f"greater-or-equal(datetime,{date_of(window.lo - DAY)}T00:00:00)",
            f"less-than(datetime,{end})",
        ]
        attributes: dict[str, Json] = {
            **partition,
            "measurements": self.statistics,
            "interval": "day",
            "filter": filters,
            "timezone": _UNKNOWN_TO_AGGREGATES.get(zone, zone),
        }
        if self.grouped_by:
            attributes["by"] = self.grouped_by
        if cursor:
            attributes["page_cursor"] = cursor
        return {"data": {"type": self.report_type, "attributes": attributes}}

    def parameters_after(self, cursor: str | None) -> dict[str, str]:
        """Return no parameters: the cursor is in the body."""
        del cursor
        return {}

    @cached_property
    def _now(self) -> datetime:
        """The present in the account's timezone, by Klaviyo's clock; all pages have the same."""
        moment = int(self._client.clock.now) - _MARGIN
        return datetime.fromtimestamp(moment, self.timezone.zone)


def dimension_key(dimension: str) -> str:
    """Return the key of a dimension in a record.

    >>> dimension_key("$attributed_flow"), dimension_key("Campaign Name")
    ('attributed_flow', 'campaign_name')
    """
    return _NO_WORD.sub("_", dimension).strip("_").lower()
