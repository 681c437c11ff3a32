"""A shop that lives through creations, updates, deletes and returns, and syncs that are killed."""

import random
from contextlib import suppress
from typing import Final

from airbyte_cdk.utils.traced_exception import AirbyteTracedException

from integration_tests.deletes.destination import Destination, Json, Key
from integration_tests.deletes.syncs import read, truth
from klaviyo_sandbox import Sandbox, Settings

SHOP: Final = Settings(
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
KINDS: Final = (
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
CREATED: Final = ("campaign", "flow", "image", "list")
HIDEABLE: Final = ("campaign", "flow", "image")
TAGGED: Final = ("campaign", "flow", "list", "segment")
CHILDREN: Final = ("flow-message", "form-version")


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


def live(seed: int, syncs: int) -> tuple[Destination, dict[str, set[Key]], int]:
    """Let a shop live for so many syncs.

    Returns the destination, the keys of the rows that Klaviyo lists at the end, and how many rows
    were deleted.
    """
    dice = random.Random(seed)
    destination = Destination()
    with Sandbox.start(SHOP) as sandbox:
        shop = Shop(sandbox, dice)
        streams = tuple(truth(sandbox))
        for _ in range(syncs):
            killed_after = dice.randint(1, 250) if dice.random() < 0.5 else None
            workers = dice.choice([1, 32])
            with suppress(AirbyteTracedException):
                read(sandbox, destination, streams, lines=killed_after, num_workers=workers)
            if dice.random() < 0.5:
                destination.a_day_passes()
            for _ in range(dice.randint(1, 6)):
                shop.change()
        for _ in range(2):  # what has come back is found by the first, and read by the second
            destination.a_day_passes()
            read(sandbox, destination, streams, num_workers=8)
        return destination, truth(sandbox), shop.deletes
