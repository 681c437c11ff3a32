"""The metrics whose events are read, where the configuration names some."""

import logging
from collections import defaultdict
from collections.abc import Iterator, Sequence

import msgspec

from source_klaviyo.api.client import Client
from source_klaviyo.errors import ConfigError, ScopeMissing
from source_klaviyo.protocol import PageRequest
from source_klaviyo.streams.metrics import Metrics
from source_klaviyo.streams.patience import patiently

logger = logging.getLogger("airbyte")

_NAMED = 20
"""Metrics that an error names at most."""


class _Attributes(msgspec.Struct):
    name: str = ""


class _Metric(msgspec.Struct):
    id: str
    attributes: _Attributes = msgspec.field(default_factory=_Attributes)


def metric_ids(client: Client, wanted: Sequence[str]) -> tuple[str, ...]:
    """Return the ids of the metrics that `wanted` names, each by its id or by its name.

    A name that several metrics have stands for all of them. Raises ConfigError where there is no
    such metric, and StreamFailed where Klaviyo does not tell.
    """
    try:
        metrics = list(_metrics(client))
    except ScopeMissing as missing:
        logger.warning("event_metric_ids are taken to be ids, not names: %s", missing.message)
        return tuple(wanted)
    by_name: dict[str, list[str]] = defaultdict(list)
    for metric in metrics:
        by_name[metric.attributes.name.casefold()].append(metric.id)
    known = {metric.id for metric in metrics}
    found: dict[str, None] = {}
    for each in wanted:
        ids = [each] if each in known else by_name.get(each.casefold(), [])
        if not ids:
            raise ConfigError(
                _there_is_no(each, sorted(metric.attributes.name for metric in metrics))
            )
        found |= dict.fromkeys(ids)
    return tuple(found)


def _metrics(client: Client) -> Iterator[_Metric]:
    stream = Metrics(client)
    collection = stream.collection([stream.collection_view(stream.name)])
    request: PageRequest | None = stream.first_request({})
    while request:
        page = patiently(collection, request)
        for record in page.extracts[0].records:
            yield msgspec.json.decode(b"".join(record), type=_Metric)
        page.release()
        request = request.following(page)


def _there_is_no(wanted: str, names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return (
        f"event_metric_ids: the account has no metric with the id or name {wanted}."
        f" There are: {', '.join(names[:_NAMED])}{more}."
    )
