"""Print what a month of syncs of reports costs and how fresh it is: `docs/reports.md`.

Usage: `python -m tools.simulate_reports`
"""

from collections.abc import Iterator
from typing import Final

from tools.simulate_reports.figures import Figures
from tools.simulate_reports.simulation import Simulation

SCHEDULES: Final = {"every 15 minutes": 900, "hourly": 3600, "daily": 86_400}
_HEAD: Final = (
    "| syncs | quota | metrics | first sync | history | most calls a day | most refreshing"
    " | age of the newest row | a change after 1 day | 5 days | 29 days |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|"
)


def rows() -> Iterator[str]:
    """Yield the table."""
    yield _HEAD
    for shared in (True, False):
        for metrics in (1, 5):
            for name, interval in SCHEDULES.items():
                figures = Figures(Simulation(interval, shared=shared, metrics=metrics).run())
                quota = "one for all" if shared else "one each"
                yield f"| {name} | {quota} | {metrics} | {' | '.join(figures.cells())} |"


if __name__ == "__main__":
    for row in rows():
        print(row, flush=True)
