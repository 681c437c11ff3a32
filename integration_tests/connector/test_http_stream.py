"""Every stream is a complete HttpStream: read by itself, it has the records that a sync has."""

from collections.abc import Iterable, Iterator

import orjson
import pytest
from airbyte_cdk.models import SyncMode

from integration_tests.connector.test_all_streams import OPEN, TINY
from integration_tests.quirks.reading import read
from klaviyo_sandbox import Sandbox
from source_klaviyo import SourceKlaviyo
from source_klaviyo.api.quotas.quota import EndpointQuota


@pytest.fixture
def still() -> Iterator[Sandbox]:
    """A shop in which nothing changes."""
    with Sandbox.start(TINY) as sandbox:
        sandbox.limits.grant_plenty()
        yield sandbox


def test_read_records_yields_what_a_sync_writes(
    still: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(EndpointQuota, "reserve", lambda _: 0.0)
    config = {
        "api_key": still.key,
        "api_base_url": still.url,
        "disable_fetching_predictive_analytics": True,
    }
    streams = {stream.name: stream for stream in SourceKlaviyo().streams(config)}
    synced = read(still, OPEN, mode="full_refresh").records
    for name in OPEN:
        found = list(streams[name].read_records(SyncMode.full_refresh))
        assert found, name
        assert as_texts(found) == as_texts(synced[name]), name


def as_texts(records: Iterable[object]) -> list[bytes]:
    return sorted(orjson.dumps(record, option=orjson.OPT_SORT_KEYS) for record in records)
