"""A shop lives through deletes and kills: the destination ends with the rows that Klaviyo has.

`KLAVIYO_CHAINS=300 pytest integration_tests/deletes/test_chains.py` tries seeds of its own, each
with 30 syncs.
"""

import os
import random

import pytest

from integration_tests.deletes.shop import live

SEEDS, SYNCS = [5, 2026], 6
if "KLAVIYO_CHAINS" in os.environ:
    SEEDS = [random.randrange(2**32) for _ in range(int(os.environ["KLAVIYO_CHAINS"]))]
    SYNCS = 30


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.usefixtures("impatient")
def test_a_destination_ends_with_the_rows_that_exist(seed: int) -> None:
    destination, held, deletes = live(seed, SYNCS)
    assert deletes
    assert sum(map(len, held.values())) > 50
    for stream, keys in held.items():
        assert destination.keys(stream) == keys, stream
