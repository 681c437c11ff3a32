"""Facts about the account for reports: its timezone, its metrics, and its first day."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from source_klaviyo.api.client import Client
from source_klaviyo.api.documents.json_parts import member, text
from source_klaviyo.config import Config
from source_klaviyo.errors import ConfigError, ScopeMissing
from source_klaviyo.reports.days import Timezone, day_of
from source_klaviyo.streams.accounts import Accounts
from source_klaviyo.streams.events import Events
from source_klaviyo.streams.metric_names import Metric, all_metrics, metric_ids, records
from source_klaviyo.streams.metrics import MappedMetrics
from source_klaviyo.streams.requests.patience import patiently

logger = logging.getLogger("airbyte")

_BEFORE_KLAVIYO: Final = day_of("2012-01-01")
_UTC: Final = "UTC"
_REVENUE: Final = "revenue"
_ORDERS: Final = "placed order"


@dataclass(frozen=True)
class Conversions:
    """The metrics whose conversions are reported.

    `chosen` metrics are read, a call each. If no setting and no mapping chooses any, the first of
    `candidates` that Klaviyo has not refused is read.
    """

    chosen: Sequence[str] = ()
    candidates: Sequence[str] = ()


class Account:
    """Facts about the account, and the user's choices; each fact is requested at its first use."""

    def __init__(self, client: Client, config: Config) -> None:
        """Request nothing yet."""
        self._client = client
        self._config = config

    @cached_property
    def timezone(self) -> Timezone:
        """The account's timezone, or the configured timezone, or UTC. Raises StreamFailed."""
        name = self._told_timezone or self._config.timezone
        if name is None:
            logger.warning(
                "Report days are in UTC. For the account's timezone, grant the scope accounts:read"
                " or set `timezone`."
            )
            return Timezone(ZoneInfo(_UTC))
        try:
            return Timezone(ZoneInfo(name))
        except (ZoneInfoNotFoundError, ValueError):
            logger.warning("Unknown timezone %s: report days are in UTC.", name)
            return Timezone(ZoneInfo(_UTC))

    @cached_property
    def conversions(self) -> Conversions:
        """The metrics whose conversions are reported. Raises ConfigError or StreamFailed."""
        if wanted := self._config.wanted_conversion_metrics:
            return Conversions(metric_ids(self._client, wanted, "conversion_metrics", custom=True))
        try:
            return self._default_conversions()
        except ScopeMissing as missing:
            raise ConfigError(
                "Which metric is the conversion? Name its id in `conversion_metrics`, or sign in"
                f" with the scope metrics:read. {missing.message}"
            ) from missing

    def _default_conversions(self) -> Conversions:
        if mapped := self._mapped_as_revenue():
            return Conversions([mapped])
        metrics = sorted(self._metrics, key=lambda metric: metric.created or 0)
        orders = [each.id for each in metrics if each.name.casefold() == _ORDERS]
        if orders:
            return Conversions([max(orders, key=self._newest_event)])
        return Conversions(candidates=[metric.id for metric in metrics])

    @property
    def conversion_metrics(self) -> Sequence[str]:
        """The ids of the metrics whose conversions are reported, if Klaviyo refuses none."""
        return self.conversions.chosen or self.conversions.candidates[:1]

    @property
    def conversion_candidates(self) -> Sequence[str]:
        """The ids of the metrics to try; the first that Klaviyo does not refuse is taken."""
        return self.conversions.candidates

    @property
    def aggregated_metrics(self) -> Sequence[str]:
        """The ids of the metrics whose events are counted: the same as in the stream of events."""
        if self._config.event_metric_ids:
            return metric_ids(self._client, self._config.event_metric_ids, "event_metric_ids")
        return [metric.id for metric in self._metrics]

    @property
    def aggregated_by(self) -> Sequence[str]:
        """The dimensions that split the counts of events."""
        return self._config.metric_aggregates_by

    @cached_property
    def first_day(self) -> int:
        """The first day of reports: the day of the oldest metric, or `start_date`."""
        if (start := self._start) is not None:
            return start
        try:
            metrics = self._metrics
        except ScopeMissing:
            metrics = []
        moments = [metric.created for metric in metrics if metric.created is not None]
        if not moments:
            return _BEFORE_KLAVIYO
        return max(_BEFORE_KLAVIYO, self.timezone.day_at(min(moments)))

    @cached_property
    def first_day_of_events(self) -> int:
        """The first day with an event: imported events may be older than the account."""
        if (start := self._start) is not None:
            return start
        oldest = self._event(Events(self._client), newest=False)
        return max(_BEFORE_KLAVIYO, self.timezone.day_at(oldest or _BEFORE_KLAVIYO))

    @property
    def _start(self) -> int | None:
        if self._config.start_date is None:
            return None
        return max(_BEFORE_KLAVIYO, self.timezone.day_at(self._config.start_date.timestamp()))

    @cached_property
    def _told_timezone(self) -> str | None:
        try:
            found = list(records(Accounts(self._client)))
        except ScopeMissing:
            return None
        return text(member(found[0], ("attributes", "timezone"))) if found else None

    @cached_property
    def _metrics(self) -> list[Metric]:
        return list(all_metrics(self._client))

    def _mapped_as_revenue(self) -> str | None:
        for raw in records(MappedMetrics(self._client)):
            if text(member(raw, ("id",))) == _REVENUE:
                named = (text(member(raw, (key,))) for key in ("metric_id", "custom_metric_id"))
                return next(filter(None, named), None)
        return None

    def _newest_event(self, metric: str) -> int:
        stream = Events(self._client)
        stream.read_only([metric])
        return self._event(stream, newest=True) or 0

    def _event(self, stream: Events, *, newest: bool) -> int | None:
        """Return the second of the oldest or newest event, None without any or without scope."""
        (partition,) = stream.partitions
        request = replace(stream.first_request(partition), page_size=1, newest_first=newest)
        collection = stream.collection([stream.collection_view(stream.name)])
        try:
            page = patiently(collection, request)
        except ScopeMissing:
            return None
        page.release()
        return next(iter(page.cursors), None)
