"""PyAirbyte copies every stream into a database, then what is new: no row is missing or twice."""

import json
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Final

import pytest

from integration_tests.connector.harness import RESOURCES, key
from integration_tests.connector.test_all_streams import CLASSES, OPEN, TINY
from integration_tests.pyairbyte.large_numbers import leave_out_large_numbers
from integration_tests.pyairbyte.warehouse import PYTHON, Rows, duckdb, postgres
from klaviyo_sandbox import Sandbox

LATE: Final = 20
"""Events that reach Klaviyo days after they happened."""
KEYS: Final = {name: list(CLASSES[name].keys) for name in OPEN}
CHANGED: Final = {"profiles": "updated", "campaigns": "updated_at", "lists": "updated"}


@dataclass(frozen=True)
class Copied:
    """What a database held after two syncs, and the sandbox at the time of each."""

    first: Rows
    first_ids: dict[str, set[str]]
    second: Rows
    second_ids: dict[str, set[str]]
    late: set[str]
    moments: Rows
    held_moments: dict[str, dict[str, str]]
    said: tuple[str, str]


@pytest.fixture(scope="module", params=["DuckDB", "PostgreSQL"])
def copied(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Copied]:
    assert PYTHON.exists(), "PyAirbyte's environment is missing: make pyairbyte-test"
    folder = tmp_path_factory.mktemp("warehouse")
    engine = postgres(folder) if request.param == "PostgreSQL" else nullcontext(duckdb(folder))
    with Sandbox.start(TINY) as shop, engine as warehouse:
        shop.limits.grant_plenty()
        config = folder / "config.json"
        settings = {"credentials": key(shop.key), "api_base_url": shop.url}
        config.write_text(json.dumps(settings), encoding="utf-8")
        leave_out_large_numbers(shop)
        said = warehouse.fill(config)
        first, first_ids = warehouse.rows(KEYS), _ids(shop)
        late = shop.add("event", LATE, days_ago=3)
        shop.day_passes()
        leave_out_large_numbers(shop)
        said_again = warehouse.fill(config)
        yield Copied(
            first,
            first_ids,
            warehouse.rows(KEYS),
            _ids(shop),
            {*late},
            warehouse.rows({stream: ["id", cursor] for stream, cursor in CHANGED.items()}),
            _moments(shop),
            (said, said_again),
        )


def _ids(shop: Sandbox) -> dict[str, set[str]]:
    return {stream: shop.ids(kind) for stream, kind in RESOURCES.items()}


def _moments(shop: Sandbox) -> dict[str, dict[str, str]]:
    return {
        stream: {
            document["id"]: document["attributes"][cursor]
            for document in shop.documents(RESOURCES[stream])
        }
        for stream, cursor in CHANGED.items()
    }


def test_every_stream_has_rows(copied: Copied) -> None:
    for stream in OPEN:
        assert copied.first[stream], stream
    assert f"in {len(OPEN)} tables" in copied.said[0]
    assert f"in {len(OPEN)} tables" in copied.said[1]


def test_no_row_comes_twice(copied: Copied) -> None:
    for rows in (copied.first, copied.second):
        for stream in OPEN:
            found = [tuple(row) for row in rows[stream]]
            assert len(found) == len({*found}), stream


def test_the_rows_are_those_of_the_sandbox(copied: Copied) -> None:
    for stream in RESOURCES:
        assert {row[0] for row in copied.first[stream]} == copied.first_ids[stream], stream
        # What Klaviyo deletes stays in the database: the API does not tell of it.
        assert {row[0] for row in copied.second[stream]} >= copied.second_ids[stream], stream
        known = copied.first_ids[stream] | copied.second_ids[stream]
        assert {row[0] for row in copied.second[stream]} <= known, stream


def test_late_events_are_found(copied: Copied) -> None:
    assert len(copied.late) == LATE
    assert copied.late <= {row[0] for row in copied.second["events"]}


def test_what_has_changed_is_as_it_is_now(copied: Copied) -> None:
    for stream, held in copied.held_moments.items():
        found = dict(copied.moments[stream])
        assert held
        for row, moment in held.items():
            assert found[row][:19].replace(" ", "T") == moment[:19], (stream, row)
