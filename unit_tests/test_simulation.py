"""Random shops, read while their rows change, requests fail and syncs are killed: no row is lost.

`KLAVIYO_SHOPS=5000 pytest unit_tests/test_simulation.py` tries seeds of its own for each mode. A
seed that fails stands in the test's name: add it to `SEEDS`, where it repeats the failure.
"""

import os
import random

import pytest

from source_klaviyo.protocol import FOREVER
from source_klaviyo.sync.state.loading import load
from source_klaviyo.sync.state.stream_state import StreamState
from unit_tests.simulation import Row, Shop, Sync, claims, version

SEEDS = [*range(90), 111, 119, 129, 187, 503, 1026, 1281]  # the last have shown losses
if "KLAVIYO_SHOPS" in os.environ:
    SEEDS = [random.randrange(2**32) for _ in range(int(os.environ["KLAVIYO_SHOPS"]))]
FIRST = 2_000
"""When the first sync starts, in seconds since 1970."""


def shop_of(chance: random.Random) -> Shop:
    """Return a shop of a kind that the registry has."""
    kind = chance.choice(["ascending", "ascending", "no upper bound", "no order", "newest first"])
    shop = Shop(
        ordered=kind in ("ascending", "no upper bound"),
        bounded_above=kind in ("ascending", "no order"),
        newest_first=kind == "newest first",
        page_size=chance.choice([2, 3, 5]),
        partitions=chance.choice([({},), ({},), ({"archived": False}, {"archived": True})]),
        chance=chance,
        now=FIRST,
        nulls_first=chance.random() < 0.5,
        items=chance.random() < 0.4,
        views=chance.choice([1, 1, 2]),
    )
    latest = chance.choice([20, 300, FIRST - 100, FIRST + 5])
    nulls = chance.choice([0, 0, 0.1, 0.4])
    for number in range(chance.randrange(1, chance.choice([8, 60, 60]))):
        row = Row(chance.randrange(1, latest), bool(shop.partitions[0]) and chance.random() < 0.3)
        if chance.random() < nulls and kind != "newest first":
            row.cursor = None
        elif chance.random() < 0.03:
            # Events may lie ahead; the end of 9999, west of Greenwich, is in 10000 by UTC.
            row.cursor = chance.choice([FIRST + 10**6, FOREVER + 5])
        elif kind == "no order" and chance.random() < 0.05:
            row.stray = chance.choice([-40, -3, 3, 40])
        shop.rows[f"r{number:02}"] = row
    return shop


def some_rows(chance: random.Random, shop: Shop) -> frozenset[str]:
    """Return the ids of no rows, of few, or of all."""
    count = len(shop.rows)
    return frozenset(chance.sample(sorted(shop.rows), min(count, chance.choice([0, 1, 2, count]))))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_full_refresh_has_every_row_though_rows_change_while_it_reads(seed: int) -> None:
    chance = random.Random(seed)
    shop = shop_of(chance)
    shop.moving, shop.moves_once = chance.choice([0.1, 0.3]), True
    sync = Sync(shop, [{}] * shop.views, chance, FIRST, keeps_state=False)
    assert sync.go(), f"full refresh, seed {seed}: no end"
    for view, written in enumerate(sync.written):
        missing = {*shop.rows} - {each.partition("|")[0] for each in written}
        found = (missing, sync.reader.views.failure(view))
        assert found == (set(), None), f"full refresh, seed {seed}"


@pytest.mark.parametrize("seed", SEEDS)
def test_no_incremental_sync_claims_a_row_that_was_not_written(seed: int) -> None:
    chance = random.Random(seed)
    shop = shop_of(chance)
    states: list[StreamState] = [{}] * shop.views
    written = [set[str]() for _ in states]
    syncs = chance.randrange(1, 5)
    for number in range(syncs + 1):
        is_last = number == syncs
        shop.moving = 0 if is_last else chance.choice([0, 0.1, 0.3])
        shop.failing = 0 if is_last else chance.choice([0, 0.05, 0.2])
        shop.unreadable = frozenset() if is_last else some_rows(chance, shop)
        shop.heavy = frozenset() if is_last else some_rows(chance, shop)
        began = FIRST + 3_000 * number
        shop.now = began
        sync = Sync(shop, states, chance, began)
        is_cut = chance.random() < 0.4 and not is_last
        ended = sync.go(chance.randrange(1, 150)) if is_cut else sync.go()
        assert ended or is_cut, f"incremental, seed {seed}: no end"
        states = sync.states()
        for view, state in enumerate(states):
            written[view].update(sync.written[view])
            loaded = load("x", state, "updated")
            claimed = {
                version(name, row)
                for name, row in shop.rows.items()
                if claims(
                    loaded.of({"archived": row.archived} if shop.partitions[0] else {}),
                    row.cursor,
                    name,
                )
            }
            assert claimed <= written[view], f"incremental, seed {seed}, sync {number}"
    for view, rows in enumerate(written):
        missing = shop.versions() - rows
        found = (missing, sync.reader.views.failure(view))
        assert found == (set(), None), f"incremental, seed {seed}"
