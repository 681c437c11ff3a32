"""`profile_ids` tells which profiles exist: all of them, each sync anew."""

import pytest

from integration_tests.connector.conftest import shop_of
from integration_tests.deletes.destination import Destination
from integration_tests.deletes.syncs import read
from klaviyo_sandbox import Sandbox, Settings

sandbox = shop_of(Settings(events=10, profiles=1_500, limits=False))


@pytest.mark.parametrize("workers", [1, 32])
def test_every_sync_brings_all_ids_once(sandbox: Sandbox, workers: int) -> None:
    destination = Destination()
    for _ in range(2):  # PyAirbyte asks for every stream incrementally
        read(sandbox, destination, ["profile_ids"], num_workers=workers)
        brought = [row["id"] for row in destination.syncs[-1]["profile_ids"]]
        assert len(brought) == len(set(brought))
        assert set(brought) == sandbox.ids("profile")
        sandbox.delete("profile", brought[:3])
    row = destination.syncs[-1]["profile_ids"][0]
    assert row["created"] == row["attributes"]["created"]
    assert list(row["attributes"]) == ["created"]
