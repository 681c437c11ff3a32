"""Chains of syncs through changes and kills end with what a plain client reads, to the letter.

`KLAVIYO_CHAINS=200 pytest integration_tests/connector/test_chains.py` tries seeds of its own.
"""

import os
import random
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from itertools import islice
from typing import Any

import orjson
import pytest
import requests
from airbyte_cdk.models import (
    AirbyteStateMessage,
    AirbyteStateMessageSerializer,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteCatalogSerializer,
)
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from klaviyo_sandbox import Sandbox, Settings
from source_klaviyo import SourceKlaviyo

Json = dict[str, Any]

SEEDS = [3, 17, 2026]
if "KLAVIYO_CHAINS" in os.environ:
    SEEDS = [random.randrange(2**32) for _ in range(int(os.environ["KLAVIYO_CHAINS"]))]
SHOP = Settings(events=400, profiles=220, campaigns=24, flows=12, lists=6, images=12)
READ: Mapping[str, list[str]] = {
    "campaigns": [
        f'campaigns?filter=equals(messages.channel,"{channel}"),equals(archived,{archived})'
        for channel in ("email", "sms", "mobile_push")
        for archived in ("false", "true")
    ],
    "events": ["events?page[size]=1000"],
    "flows": [f"flows?filter=equals(archived,{archived})" for archived in ("false", "true")],
    "images": [f"images?filter=equals(hidden,{hidden})" for hidden in ("false", "true")],
    "lists": ["lists"],
    "profiles": ["profiles?page[size]=100"],
}
KINDS = ["campaign", "flow", "image", "list", "profile"]
HIDEABLE = ["campaign", "flow", "image"]


class Warehouse:
    """What a destination that removes duplicates holds, and the states that it has got."""

    def __init__(self) -> None:
        self.rows: dict[str, dict[str, Json]] = defaultdict(dict)
        self.states: dict[str, Json] = {}

    def take(self, message: Json) -> None:
        if message["type"] == "RECORD":
            data = message["record"]["data"]
            self.rows[message["record"]["stream"]][data["id"]] = data
        elif message["type"] == "STATE":
            state = message["state"]
            self.states[state["stream"]["stream_descriptor"]["name"]] = state


def sync(sandbox: Sandbox, warehouse: Warehouse, workers: int, lines: int | None = None) -> None:
    """Read into the warehouse; a sync that is killed takes no more than so many lines."""
    config = {"api_key": sandbox.key, "api_base_url": sandbox.url, "num_workers": workers}
    config |= {"disable_fetching_predictive_analytics": True}
    states = [*map(_state, warehouse.states.values())]
    with closing(SourceKlaviyo().lines(config, _catalog(), states)) as chunks:  # type: ignore[type-var]
        for line in islice((line for chunk in chunks for line in chunk.splitlines()), lines):
            warehouse.take(orjson.loads(line))


def _state(message: Json) -> AirbyteStateMessage:
    return AirbyteStateMessageSerializer.load(message)


def _catalog() -> ConfiguredAirbyteCatalog:
    modes = {"json_schema": {}, "supported_sync_modes": ["full_refresh", "incremental"]}
    streams = [
        {
            "stream": {"name": name, **modes},
            "sync_mode": "incremental",
            "destination_sync_mode": "append_dedup",
        }
        for name in READ
    ]
    return ConfiguredAirbyteCatalogSerializer.load({"streams": streams})


def plain(sandbox: Sandbox, path: str) -> Iterator[Json]:
    """Yield the resources of a collection, as the simplest client reads them.

    Klaviyo writes the `datetime` of events with a space, our records have the documented form.
    """
    url = f"{sandbox.url}/api/{path}"
    headers = {"Authorization": f"Klaviyo-API-Key {sandbox.key}", "revision": "2026-07-15"}
    while url:
        text = requests.get(url, headers=headers, timeout=30).text
        page = orjson.loads(re.sub(r'("datetime": ?"\d{4}-\d\d-\d\d) ', r"\1T", text))
        yield from page["data"]
        url = page["links"].get("next")


def change(sandbox: Sandbox, dice: random.Random) -> None:
    """Change, add, archive, or take out of the archive a few resources of any kind."""
    kind = dice.choice(KINDS)
    ids = sorted(sandbox.ids(kind))
    some = dice.sample(ids, min(len(ids), dice.randint(1, 4)))
    match dice.choice(["update", "add", "archive", "events"]):
        case "update":
            sandbox.update(kind, some, {})
        case "add":
            sandbox.add(kind, dice.randint(1, 3))
        case "archive" if kind in HIDEABLE:
            sandbox.archive(kind, some)
        case _:
            sandbox.add("event", dice.randint(1, 5))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_chain_of_syncs_ends_with_what_a_plain_client_reads(seed: int) -> None:
    dice = random.Random(seed)
    warehouse = Warehouse()
    with Sandbox.start(SHOP) as sandbox:
        sandbox.limits.grant_plenty()
        for _ in range(4):
            path, kind = dice.choice([("profiles", "profile"), ("flows", "flow")])
            sandbox.change_while_read(path=f"/api/{path}", every=2, type=kind, rows=2)
            killed_after = dice.randint(1, 600) if dice.random() < 0.5 else None
            with suppress(AirbyteTracedException):
                sync(sandbox, warehouse, dice.choice([1, 8, 32]), killed_after)
            sandbox.clear_changes()
            for _ in range(dice.randint(1, 4)):
                change(sandbox, dice)
        sandbox.advance(60)
        sync(sandbox, warehouse, 8)
        for stream, paths in READ.items():
            held = {row["id"]: row for path in paths for row in plain(sandbox, path)}
            assert held
            assert warehouse.rows[stream].keys() == held.keys(), stream
            for name, row in held.items():
                row["attributes"].pop("location", None)  # coordinates come as texts now and then
                read = warehouse.rows[stream][name]["attributes"]
                assert {key: read[key] for key in row["attributes"]} == row["attributes"], stream
