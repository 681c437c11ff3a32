"""Every stream is a complete HttpStream: read by itself, it has the records that a sync has."""

from collections.abc import Iterator

import orjson
import pytest
from airbyte_cdk.models import SyncMode

from integration_tests.connector.test_all_streams import OPEN, TINY
from integration_tests.quirks.reading import read
from klaviyo_sandbox import Sandbox
from source_klaviyo import SourceKlaviyo


@pytest.fixture(scope="module")
def still() -> Iterator[Sandbox]:
    """A shop in which nothing changes."""
    with Sandbox.start(TINY) as sandbox:
        sandbox.limits.grant_plenty()
        yield sandbox


@pytest.mark.parametrize("name", OPEN)
def test_read_records_yields_what_a_sync_writes(still: Sandbox, name: str) -> None:
    config = {
        "api_key": still.key,
        "api_base_url": still.url,
        "disable_fetching_predictive_analytics": True,
    }
    (stream,) = (each for each in SourceKlaviyo().streams(config) if each.name == name)
    records = stream.read_records(SyncMode.full_refresh)
    found = sorted(orjson.dumps(record, option=orjson.OPT_SORT_KEYS) for record in records)
    synced = read(still, [name], mode="full_refresh").records[name]
    assert found
    assert found == sorted(orjson.dumps(record, option=orjson.OPT_SORT_KEYS) for record in synced)
