"""A shop lives through deletes and kills: the destination ends with the rows that Klaviyo has.

`KLAVIYO_CHAINS=300 pytest integration_tests/deletes/test_chains.py` tries seeds of its own, each
with 30 syncs.
"""

import os
import random
from contextlib import suppress

import pytest
from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from integration_tests.deletes.destination import Destination, Json
from integration_tests.deletes.syncs import read, truth
from klaviyo_sandbox import Sandbox, Settings

SEEDS, SYNCS = [5, 2026], 6
if "KLAVIYO_CHAINS" in os.environ:
    SEEDS = [random.randrange(2**32) for _ in range(int(os.environ["KLAVIYO_CHAINS"]))]
    SYNCS = 30
SHOP = Settings(
    events=10,
    profiles=20,
    campaigns=14,
    flows=8,
    lists=6,
    segments=5,
    images=12,
    forms=4,
    tags=8,
    limits=False,
)
KINDS = (
    "campaign",
    "flow",
    "flow-message",
    "form",
    "form-version",
    "image",
    "list",
    "metric",
    "segment",
    "tag",
    "template",
    "template-universal-content",
    "web-feed",
)
CREATED = ("campaign", "flow", "image", "list")
HIDEABLE = ("campaign", "flow", "image")
TAGGED = ("campaign", "flow", "list", "segment")
CHILDREN = ("flow-message", "form-version")


class Shop:
    """A shop that changes at random; what was deleted may come back."""

    def __init__(self, sandbox: Sandbox, dice: random.Random) -> None:
        self._sandbox = sandbox
        self._dice = dice
        self._deleted: list[Json] = []
        self.deletes = 0

    def change(self) -> None:
        """Create, update, archive, delete a few rows, or bring one back."""
        kind = self._dice.choice(KINDS)
        ids = sorted(self._sandbox.ids(kind))
        some = self._dice.sample(ids, min(len(ids), self._dice.randint(1, 3)))
        match self._dice.choice(
            ["update", "create", "archive", "delete", "delete", "return", "untag"]
        ):
            case "create" if kind in CREATED:
                self._sandbox.add(kind, self._dice.randint(1, 3))
            case "archive" if kind in HIDEABLE:
                self._sandbox.archive(kind, some)
            case "delete" if len(ids) > len(some):
                if kind not in CHILDREN:
                    self._deleted += self._kept(kind, some)
                self.deletes += len(self._sandbox.delete(kind, some))
            case "untag" if kind in TAGGED:
                for row in self._kept(kind, some):
                    row["relationships"]["tags"]["data"] = []
                    self._put(row)
            case "return" if self._deleted:
                self._put(self._deleted.pop(self._dice.randrange(len(self._deleted))))
            case _:
                self._sandbox.update(kind, some)

    def _put(self, row: Json) -> None:
        """Put a resource in; its `updated` may move with that."""
        self._sandbox.put(row)
        if self._dice.random() < 0.5:
            self._sandbox.update(row["type"], [row["id"]])

    def _kept(self, kind: str, ids: list[str]) -> list[Json]:
        """Return resources as they can be put back; only its messages tell a campaign's channel."""
        kept = self._sandbox.documents(kind, ids)
        if kind == "campaign":
            channels = {
                message["relationships"]["campaign"]["data"]["id"]: message["attributes"][
                    "definition"
                ]["channel"]
                for message in self._sandbox.documents("campaign-message")
            }
            kept = [
                {**row, "facts": {"messages.channel": channels[row["id"]]}}
                for row in kept
                if row["id"] in channels
            ]
        return kept


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.usefixtures("impatient")
def test_a_destination_ends_with_the_rows_that_exist(seed: int) -> None:
    dice = random.Random(seed)
    destination = Destination()
    with Sandbox.start(SHOP) as sandbox:
        shop = Shop(sandbox, dice)
        streams = tuple(truth(sandbox))
        for _ in range(SYNCS):
            killed_after = dice.randint(1, 250) if dice.random() < 0.5 else None
            with suppress(AirbyteTracedException):
                read(
                    sandbox,
                    destination,
                    streams,
                    lines=killed_after,
                    num_workers=dice.choice([1, 32]),
                )
            if dice.random() < 0.5:
                destination.a_day_passes()
            for _ in range(dice.randint(1, 6)):
                shop.change()
        for _ in range(2):  # what has come back is found by the first, and read by the second
            destination.a_day_passes()
            read(sandbox, destination, streams, num_workers=8)
        assert shop.deletes
        found = truth(sandbox)
    for stream, held in found.items():
        assert destination.keys(stream) == held, stream
