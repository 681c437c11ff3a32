"""The benchmarks there are."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from benchmarks import cost, faults, fewest, freshness, memory, quota, states
from benchmarks.options import Options
from benchmarks.row import Row

BENCHMARKS: Final[Mapping[str, Callable[[Options], Iterator[Row]]]] = {
    "cost": cost.measure,
    "quota": quota.measure,
    "requests": fewest.measure,
    "memory": memory.measure,
    "freshness": freshness.measure,
    "faults": faults.measure,
    "states": states.measure,
}
