"""Metrics that the configuration names, by their ids or by their names."""

import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec

from source_klaviyo.api.client import Client
from source_klaviyo.api.documents.document import second_or_none
from source_klaviyo.api.documents.json_parts import id_text, member, text
from source_klaviyo.config import Config
from source_klaviyo.errors import ConfigError, ScopeMissing
from source_klaviyo.protocol import Page
from source_klaviyo.streams.kinds.base import KlaviyoStream
from source_klaviyo.streams.metrics import CustomMetrics, Metrics
from source_klaviyo.streams.requests.patience import each_page
from source_klaviyo.suggestion import did_you_mean

logger = logging.getLogger("airbyte")

_NAMED = 20
"""The most metrics that an error names."""


@dataclass(frozen=True, slots=True)
class Metric:
    """A metric. Klaviyo's specification lets its name be null, in which case `name` is ""."""

    id: str
    name: str
    created: int | None
    """The metric's creation, in seconds since 1970."""


def metric_ids(
    client: Client, wanted: Sequence[str], setting: str, *, custom: bool = False
) -> tuple[str, ...]:
    """Return the ids of the metrics in `wanted`, each given by its id or by its name.

    Names are compared without case and surrounding blanks; a name of several metrics stands for all
    of them. `setting` is the setting's name, for messages. With `custom`, metrics that the account
    has defined count as well. Raises ConfigError if a metric does not exist, and StreamFailed if
    Klaviyo does not answer.
    """
    try:
        metrics = list(all_metrics(client))
        if custom:
            metrics += _decoded(CustomMetrics(client))
    except ScopeMissing as missing:
        logger.warning("%s are taken to be ids, not names: %s", setting, missing.message)
        return tuple(wanted)
    by_name: dict[str, list[str]] = defaultdict(list)
    for metric in metrics:
        by_name[metric.name.strip().casefold()].append(metric.id)
    known = {metric.id for metric in metrics}
    found: dict[str, None] = {}
    for each in wanted:
        ids = [each] if each in known else by_name.get(each.casefold(), [])
        if not ids:
            names = sorted(metric.name for metric in metrics if metric.name)
            raise ConfigError(
                f"{setting}: the account has no metric with the id or name {each}."
                f"{did_you_mean([each], names)} There are: {_listed(names)}."
            )
        found |= dict.fromkeys(ids)
    return tuple(found)


def check_metrics(client: Client, config: Config) -> None:
    """Look up the metrics that `config` names. Raises ConfigError if a metric does not exist."""
    if config.event_metric_ids:
        metric_ids(client, config.event_metric_ids, "event_metric_ids")
    if conversions := config.wanted_conversion_metrics:
        metric_ids(client, conversions, "conversion_metrics", custom=True)


def all_metrics(client: Client) -> Iterator[Metric]:
    """Yield the metrics of the account's events. Raises StreamFailed."""
    return _decoded(Metrics(client))


def _decoded(stream: KlaviyoStream) -> Iterator[Metric]:
    for record in records(stream):
        name = text(member(record, ("attributes", "name"))) or ""
        created = second_or_none(text(member(record, ("attributes", "created"))))
        if metric := id_text(member(record, ("id",))):
            yield Metric(metric, name, created)


def records(stream: KlaviyoStream) -> Iterator[msgspec.Raw]:
    """Yield the records of a small stream. Raises StreamFailed."""
    collection = stream.collection([stream.collection_view(stream.name)])
    for found in each_page(collection, stream.first_request({}), _joined):
        yield from found


def _joined(page: Page) -> Sequence[msgspec.Raw]:
    return [msgspec.Raw(b"".join(record)) for record in page.extracts[0].records]


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return f"{', '.join(names[:_NAMED])}{more}"
