"""The incremental part of Airbyte's acceptance tests, which the standard tests lack.

For every stream with a cursor: a second sync, a state of the future, and states that are none.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from integration_tests.connector.conftest import connector_of
from integration_tests.connector.harness import Connector, Json, Output, last_states
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


def state_of(output: Output, stream: str) -> Json:
    (found,) = (
        state["stream"]["stream_state"]
        for state in last_states(output)
        if state["stream"]["stream_descriptor"]["name"] == stream
    )
    state: Json = found
    return state


def counted(output: Output) -> Counter[str]:
    return Counter(message["record"]["stream"] for message in output.of_type("RECORD"))


def watermarks(state: Json) -> list[str]:
    return _MOMENT.findall(json.dumps(state))


@each_stream
def test_a_second_sync_reads_what_is_new_alone(syncs: Syncs, stream: str) -> None:
    assert (syncs.first.code, syncs.second.code) == (0, 0)
    first, second = counted(syncs.first)[stream], counted(syncs.second)[stream]
    assert first > 0
    assert second <= max(1, first // 5), "what lies in the future comes again, and nothing else"


@each_stream
def test_the_state_never_goes_back(syncs: Syncs, stream: str) -> None:
    before, after = (watermarks(state_of(output, stream)) for output in (syncs.first, syncs.second))
    assert before
    assert min(after) >= min(before)


@each_stream
def test_a_state_of_the_future_brings_what_lies_there_and_comes_back(
    syncs: Syncs, stream: str
) -> None:
    assert syncs.future.code == 0
    named = len(state_of(syncs.second, stream).get("ahead", {}))  # the made-up state names none
    assert counted(syncs.future)[stream] <= counted(syncs.second)[stream] + named
    present = watermarks(state_of(syncs.future, stream))
    assert min(watermarks(state_of(syncs.second, stream))) <= min(present)
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
    states = [
        {
            "type": "STREAM",
            "stream": {"stream_descriptor": {"name": name}, "stream_state": abnormal},
        }
        for name in WITH_CURSOR
    ]
    output = connector.read(syncs.catalog, states)
    assert output.code == 1
    assert counted(output) == Counter()
    for stream in WITH_CURSOR:
        failure = output.failure_of(stream)
        assert failure["failure_type"] == "config_error"
        assert stream in failure["message"]
        assert output.statuses(stream)[-1] == "INCOMPLETE"


def _state(stream: str, abnormal: Json) -> Json:
    descriptor = {"name": stream}
    return {
        "type": "STREAM",
        "stream": {"stream_descriptor": descriptor, "stream_state": abnormal},
    }
