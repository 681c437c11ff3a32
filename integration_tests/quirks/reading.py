"""Reads the sandbox in this process: a sync takes less time than the start of the program."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Final

import orjson
from airbyte_cdk.models import (
    AirbyteStateMessage,
    AirbyteStateMessageSerializer,
    ConfiguredAirbyteCatalogSerializer,
)
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from integration_tests.connector.harness import catalog
from klaviyo_sandbox import Sandbox
from source_klaviyo import SourceKlaviyo
from source_klaviyo.registry import streams_named

Json = dict[str, Any]

HELD: Final[Mapping[str, str]] = {
    "campaigns": "campaign",
    "catalog_variants": "catalog-variant",
    "events": "event",
    "flows": "flow",
    "lists": "list",
    "metrics": "metric",
    "profiles": "profile",
    "reviews": "review",
}
"""Streams of the resources themselves, and their type in the sandbox."""


@dataclass
class Outcome:
    """What a sync has brought: records by stream, the last states, and what failed."""

    records: dict[str, list[Json]] = field(default_factory=lambda: defaultdict(list))
    states: dict[str, Json] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    logs: list[str] = field(default_factory=list)

    def keys(self, stream: str) -> list[tuple[str, ...]]:
        """Return the primary keys of a stream's records."""
        return keys_of(stream, self.records[stream])

    def ids(self, stream: str) -> set[str]:
        """Return the ids of a stream's records."""
        return {record["id"] for record in self.records[stream]}


def keys_of(stream: str, records: Iterable[Json]) -> list[tuple[str, ...]]:
    """Return the primary keys of records."""
    keys = streams_named([stream])[stream].keys
    return [tuple(record[key] for key in keys) for record in records]


def lines(
    config: Mapping[str, object],
    streams: Sequence[str],
    states: Iterable[Json],
    mode: str = "incremental",
    destination: str = "append",
) -> Iterator[bytes]:
    """Yield the lines of a sync of `streams`. Raises what ends it."""
    selected = catalog(streams, mode, destination, cursors=streams)
    kept: list[AirbyteStateMessage] = [AirbyteStateMessageSerializer.load(each) for each in states]
    chunks = SourceKlaviyo().lines(config, ConfiguredAirbyteCatalogSerializer.load(selected), kept)
    with closing(chunks):  # type: ignore[type-var]
        for chunk in chunks:
            yield from chunk.splitlines()


def read(
    sandbox: Sandbox,
    streams: Sequence[str],
    mode: str = "incremental",
    states: Mapping[str, Json] | None = None,
    **config: object,
) -> Outcome:
    """Run a sync of `streams`, configured by `config` besides; failures are in the outcome."""
    config = {
        "api_key": sandbox.key,
        "api_base_url": sandbox.url,
        "num_workers": 8,
        "disable_fetching_predictive_analytics": True,  # its quota would slow every case down
        **config,
    }
    outcome = Outcome()
    handler = _Logs(outcome.logs)
    logging.getLogger("airbyte").addHandler(handler)
    failed = False
    try:
        for line in lines(config, streams, (states or {}).values(), mode):
            _note(outcome, orjson.loads(line))
    except AirbyteTracedException:
        failed = True
    finally:
        logging.getLogger("airbyte").removeHandler(handler)
    assert failed == bool(outcome.failures)
    return outcome


class _Logs(logging.Handler):
    def __init__(self, into: list[str]) -> None:
        super().__init__(logging.INFO)
        self._into = into

    def emit(self, record: logging.LogRecord) -> None:
        self._into.append(record.getMessage())


def _note(outcome: Outcome, message: Json) -> None:
    if message["type"] == "RECORD":
        outcome.records[message["record"]["stream"]].append(message["record"]["data"])
    elif message["type"] == "STATE":
        state = message["state"]
        outcome.states[state["stream"]["stream_descriptor"]["name"]] = state
    elif message["type"] == "TRACE" and message["trace"]["type"] == "ERROR":
        error = message["trace"]["error"]
        outcome.failures[(error.get("stream_descriptor") or {}).get("name", "")] = error["message"]
