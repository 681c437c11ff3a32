"""What a stream's records hold depends on the stream alone, not on who shares its pages."""

from collections import defaultdict
from collections.abc import Iterator

import pytest

from integration_tests.connector.conftest import shop_of
from integration_tests.quirks.reading import Json, read
from klaviyo_sandbox import Sandbox, Settings
from source_klaviyo.api.auth import api_key
from source_klaviyo.api.client import Client
from source_klaviyo.registry import STREAMS, stream_name
from source_klaviyo.reports.report_stream import ReportStream

pytestmark = pytest.mark.usefixtures("impatient")

SHOP = Settings(events=300, profiles=150, campaigns=12, flows=6, lists=4, segments=3, tags=10)


def shared() -> Iterator[list[str]]:
    """Yield the streams of each collection that several streams are made of."""
    client = Client("https://a.klaviyo.com", api_key("pk_sandbox"))
    by_collection = defaultdict[object, list[str]](list)
    for kind in STREAMS:
        if not issubclass(kind, ReportStream):
            for member in kind(client).members:
                by_collection[member.collection_key].append(stream_name(kind))
    yield from (sorted(set(names)) for names in by_collection.values() if len(set(names)) > 1)


shop = shop_of(SHOP, plenty=True)


def by_text(records: list[Json]) -> list[str]:
    return sorted(map(repr, records))


@pytest.mark.parametrize("streams", list(shared()), ids="+".join)
def test_a_record_is_the_same_whoever_shares_its_page(shop: Sandbox, streams: list[str]) -> None:
    together = read(shop, streams, mode="full_refresh")
    assert together.failures == {}
    for stream in streams:
        alone = read(shop, [stream], mode="full_refresh")
        assert by_text(alone.records[stream]) == by_text(together.records[stream]), stream
