"""What comes of a simulation, in figures."""

from collections.abc import Iterator
from dataclasses import dataclass
from statistics import mean

from source_klaviyo.api.quotas.limits import DAY
from source_klaviyo.protocol import Window
from tools.simulate_reports.simulation import BEGAN, Report, Simulation

_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one simulation."""

    of: Simulation

    def cells(self) -> Iterator[str]:
        """Yield the cells of its row."""
        first = self.of.syncs[0]
        minutes = (first.ended - first.began) / 60
        yield f"{first.refreshing + first.filling} calls, {minutes:.0f} min"
        yield f"{self.days_of_history():.0f} d"
        yield f"{self.most_calls()}"
        yield f"{self.most_refreshing()}"
        ages = self.ages()
        yield f"{mean(ages) / _HOUR:.1f} h ({max(ages) / _HOUR:.1f} h)"
        for days in (1, 5, 29):
            waits = self.waits(days)
            yield f"{mean(waits) / _HOUR:.1f} h ({max(waits) / _HOUR:.1f} h)"

    def days_of_history(self) -> float:
        """Return after how many days of syncs nothing of the past was left, rounded up."""
        last = max((sync.ended for sync in self.of.syncs if sync.filling), default=BEGAN)
        return -(-(last - BEGAN) // DAY)

    def most_calls(self) -> int:
        """Return the most calls of a day: of all reports where they share, else of one."""
        return self._most(refreshing=(True, False))

    def most_refreshing(self) -> int:
        """Return the most refreshing calls of a day; see `most_calls`."""
        return self._most(refreshing=(True,))

    def _most(self, refreshing: tuple[bool, ...]) -> int:
        groups = [self.of.reports] if self.of.shared else [[report] for report in self.of.reports]
        return max(
            sum(self.of.by_day[report.name, day, kind] for report in group for kind in refreshing)
            for group in groups
            for day in range(self.of.days + 1)
        )

    def ages(self) -> list[float]:
        """Return how old the newest row of each report is after each sync but the first."""
        found: list[float] = []
        for report in self.of.reports:
            times = iter([*_readings_of_the_newest(report), float("inf")])
            last, following = float(BEGAN), next(times)
            for sync in self.of.syncs[1:]:
                while following <= sync.began:
                    last, following = following, next(times)
                found.append(sync.ended - last)
        return found

    def waits(self, days: int) -> list[float]:
        """Return after how long a change is seen that comes at noon, so many days after its day."""
        found = []
        for report in self.of.reports:
            for day in range(-days, self.of.days - days - 2):
                changed = BEGAN // DAY * DAY + (day + days) * DAY + DAY // 2
                if changed > BEGAN:
                    found.append(_seen(report, BEGAN // DAY * DAY + day * DAY, changed) - changed)
        return found


def _readings_of_the_newest(report: Report) -> list[float]:
    today = report.settling.timezone.day_at
    return sorted({at for at, window in report.seen if today(at) in window})


def _seen(report: Report, day: int, changed: int) -> float:
    """Return when the first reading of `day` after a change was."""

    def holds(window: Window) -> bool:
        return day in window

    later = [at for at, window in report.seen if at >= changed and holds(window)]
    return min(later, default=float("inf"))
