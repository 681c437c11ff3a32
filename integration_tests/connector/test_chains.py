"""Chains of syncs through changes and kills end with what a plain client reads, to the letter.

`KLAVIYO_CHAINS=200 pytest integration_tests/connector/test_chains.py` tries seeds of its own.
"""

import os
import random
from collections.abc import Iterable, Mapping
from contextlib import suppress

import pytest
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from integration_tests.deletes.destination import Destination, Json
from integration_tests.deletes.syncs import CAMPAIGNS, FLOWS, listed, read
from klaviyo_sandbox import Sandbox, Settings

SEEDS = [3, 17, 2026]
if "KLAVIYO_CHAINS" in os.environ:
    SEEDS = [random.randrange(2**32) for _ in range(int(os.environ["KLAVIYO_CHAINS"]))]
SHOP = Settings(events=400, profiles=220, campaigns=24, flows=12, lists=6, images=12)
READ: Mapping[str, list[str]] = {
    "campaigns": CAMPAIGNS,
    "events": ["events?page[size]=1000"],
    "flows": FLOWS,
    "images": [f"images?filter=equals(hidden,{hidden})" for hidden in ("false", "true")],
    "lists": ["lists"],
    "profiles": ["profiles?page[size]=100"],
}
KINDS = ["campaign", "flow", "image", "list", "profile"]
HIDEABLE = ["campaign", "flow", "image"]


def sync(sandbox: Sandbox, into: Destination, workers: int, lines: int | None = None) -> None:
    """Read into the destination; a sync that is killed takes no more than so many lines."""
    read(
        sandbox,
        into,
        READ,
        lines=lines,
        num_workers=workers,
        disable_fetching_predictive_analytics=True,
    )


def plain(sandbox: Sandbox, paths: Iterable[str]) -> dict[str, Json]:
    """Return the attributes of a collection's resources by id, as the simplest client reads them.

    Klaviyo writes the `datetime` of events with a space, and coordinates as texts now and then.
    """
    rows = (row for path in paths for page in listed(sandbox, path) for row in page["data"])
    found: dict[str, Json] = {row["id"]: row["attributes"] for row in rows}
    for attributes in found.values():
        attributes.pop("location", None)
        if "datetime" in attributes:
            attributes["datetime"] = attributes["datetime"].replace(" ", "T")
    return found


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
    destination = Destination()
    with Sandbox.start(SHOP) as sandbox:
        sandbox.limits.grant_plenty()
        for _ in range(4):
            path, kind = dice.choice([("profiles", "profile"), ("flows", "flow")])
            sandbox.change_while_read(path=f"/api/{path}", every=2, type=kind, rows=2)
            killed_after = dice.randint(1, 600) if dice.random() < 0.5 else None
            with suppress(AirbyteTracedException):
                sync(sandbox, destination, dice.choice([1, 8, 32]), killed_after)
            sandbox.clear_changes()
            for _ in range(dice.randint(1, 4)):
                change(sandbox, dice)
        sandbox.advance(60)
        sync(sandbox, destination, 8)
        for stream, paths in READ.items():
            held = plain(sandbox, paths)
            rows = destination.tables[stream].rows
            assert held
            assert rows.keys() == {(name,) for name in held}, stream
            for name, attributes in held.items():
                kept = rows[name,]["attributes"]
                assert {key: kept[key] for key in attributes} == attributes, stream
