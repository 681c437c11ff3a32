"""The incremental part of Airbyte's acceptance tests, which the standard tests lack.

For every stream with a cursor: a second sync, a state of the future, and states that are none.
"""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from integration_tests.connector.conftest import connector_of
from integration_tests.connector.harness import Connector, Json, Output, last_states, state_of
from integration_tests.connector.test_all_streams import WITH_CURSOR
from klaviyo_sandbox import Sandbox

_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00")
_FUTURE: Final = "2999-01-01T00:00:00+00:00"

each_stream = pytest.mark.parametrize("stream", WITH_CURSOR)


@dataclass(frozen=True)
class Syncs:
    """Two syncs of every stream with a cursor, and one with a state of the future."""

    connector: Connector
    catalog: Json
    first: Output
    second: Output
    future: Output


@pytest.fixture(scope="module")
def syncs(shop: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Syncs:
    connector = connector_of(shop, tmp_path_factory.mktemp("incremental"), lookback_days=0)
    (message,) = connector.discover().of_type("CATALOG")
    catalog = {
        "streams": [
            {"stream": stream, "sync_mode": "incremental", "destination_sync_mode": "append"}
            for stream in message["catalog"]["streams"]
            if stream["name"] in WITH_CURSOR
        ]
    }
    first = connector.read(catalog)
    states = last_states(first)
    second = connector.read(catalog, states)
    future = json.loads(_MOMENT.sub(_FUTURE, json.dumps(states)))
    return Syncs(connector, catalog, first, second, connector.read(catalog, future))


def watermarks(output: Output, stream: str) -> list[str]:
    return _MOMENT.findall(json.dumps(output.states[stream]["stream"]["stream_state"]))


@each_stream
def test_a_second_sync_reads_what_is_new_alone(syncs: Syncs, stream: str) -> None:
    assert (syncs.first.code, syncs.second.code) == (0, 0)
    first, second = len(syncs.first.records[stream]), len(syncs.second.records[stream])
    assert first > 0
    assert second <= max(1, first // 5), "what lies in the future comes again, and nothing else"
    assert min(watermarks(syncs.second, stream)) >= min(watermarks(syncs.first, stream))


@each_stream
def test_a_state_of_the_future_brings_what_lies_there_and_comes_back(
    syncs: Syncs, stream: str
) -> None:
    assert syncs.future.code == 0
    # The made-up state names no rows of the future.
    named = len(syncs.second.states[stream]["stream"]["stream_state"].get("ahead", {}))
    assert len(syncs.future.records[stream]) <= len(syncs.second.records[stream]) + named
    present = watermarks(syncs.future, stream)
    assert min(watermarks(syncs.second, stream)) <= min(present)
    assert max(present) < _FUTURE


@pytest.mark.parametrize(
    "abnormal",
    [
        {"cursor": 17},
        {"states": "none"},
        {"states": [{"partition": {}, "cursor": {"updated": "never"}}]},
    ],
    ids=json.dumps,
)
def test_a_state_that_is_none_is_refused_by_its_stream(
    syncs: Syncs, tmp_path: Path, abnormal: dict[str, Any]
) -> None:
    connector = Connector(tmp_path, syncs.connector.config)
    output = connector.read(syncs.catalog, [state_of(name, abnormal) for name in WITH_CURSOR])
    assert output.code == 1
    assert not output.records
    for stream in WITH_CURSOR:
        failure = output.failure_of(stream)
        assert failure["failure_type"] == "config_error"
        assert stream in failure["message"]
        assert output.statuses(stream)[-1] == "INCOMPLETE"
