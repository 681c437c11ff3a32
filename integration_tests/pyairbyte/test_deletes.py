"""Tombstones remove rows from real databases, and PyAirbyte's tables can be filtered by them."""

import json
from contextlib import nullcontext
from pathlib import Path

import pytest

from integration_tests.connector.conftest import impatient
from integration_tests.deletes.destination import DELETED_AT, Destination
from integration_tests.deletes.shop import live
from integration_tests.pyairbyte.warehouse import duckdb, postgres, run
from klaviyo_sandbox import Sandbox, Settings

__all__ = ["impatient"]


def merged(destination: Destination, url: str) -> dict[str, set[str]]:
    """Return what is left in a database of the records of all syncs, by stream."""
    batches = {
        stream: [
            [
                [json.dumps(table.key(record)), table.cursor(record), record.get(DELETED_AT)]
                for record in sync.get(stream, ())
            ]
            for sync in destination.syncs
        ]
        for stream, table in destination.tables.items()
    }
    left = json.loads(run([Path(__file__).with_name("merge.py"), url], sent=batches))
    return {stream: set(names) for stream, names in left.items()}


@pytest.mark.parametrize("engine", ["DuckDB", "PostgreSQL"])
@pytest.mark.usefixtures("impatient")
def test_a_database_ends_with_the_rows_that_exist(engine: str, tmp_path: Path) -> None:
    destination, held, deletes = live(2026, 6)
    assert deletes
    started = postgres(tmp_path) if engine == "PostgreSQL" else nullcontext(duckdb(tmp_path))
    with started as warehouse:
        found = merged(destination, warehouse.url)
    assert found == {stream: {json.dumps(key) for key in keys} for stream, keys in held.items()}


READ = """
import json, sys
import airbyte as ab
from airbyte.caches import DuckDBCache
config = json.load(open("config.json"))
source = ab.get_source("source-klaviyo", config=config, local_executable="source-klaviyo")
source.select_streams(["lists"])
source.read(cache=DuckDBCache(db_path="klaviyo.duckdb"))
"""
A_DAY_PASSES = r"""
import duckdb
duckdb.connect("klaviyo.duckdb").execute(
    "UPDATE main._airbyte_state SET state_json = regexp_replace("
    "state_json, '\"listed\": ?\"[^\"]*\"', '\"listed\":\"2020-01-01T00:00:00+00:00\"')"
)
"""


def test_pyairbyte_has_a_column_to_filter_by(tmp_path: Path) -> None:
    settings = Settings(events=20, profiles=40, lists=8, limits=False)
    with Sandbox.start(settings) as shop:
        config = {"api_key": shop.key, "api_base_url": shop.url}
        (tmp_path / "config.json").write_text(json.dumps(config))
        run(["-c", READ], folder=tmp_path)
        shop.delete("list", sorted(shop.ids("list"))[:3])
        run(["-c", A_DAY_PASSES], folder=tmp_path)
        run(["-c", READ], folder=tmp_path)
        rows = duckdb(tmp_path).rows({"lists": ["id", DELETED_AT]})["lists"]
        held = shop.ids("list")
    assert {name for name, deleted in rows if deleted is None} == held
    assert len(rows) == len(held) + 3
