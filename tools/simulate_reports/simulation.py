"""A month of syncs of reports, by the connector's own schedule and quotas."""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from source_klaviyo.api.quotas.limits import DAY, REPORT, DailyLimit
from source_klaviyo.api.quotas.quota import EndpointQuota, Quotas
from source_klaviyo.protocol import Window
from source_klaviyo.reports.calls import Calls
from source_klaviyo.reports.days import Period, Timezone
from source_klaviyo.reports.schedule import UNKNOWN_INTERVAL, Pool
from source_klaviyo.reports.state import ReportState, Settling
from source_klaviyo.reports.track import Due, Track

BEGAN: Final = int(datetime(2026, 11, 1, 0, 7, tzinfo=UTC).timestamp())
QUOTA: Final = 225
REPORTS: Final = {
    "flow_series_reports": Period(60),
    "campaign_values_reports": Period(),
    "flow_values_reports": Period(),
    "form_series_reports": Period(60),
    "form_values_reports": Period(),
    "segment_series_reports": Period(60),
    "segment_values_reports": Period(),
}
LONGEST_WAIT: Final = 900.0


@dataclass(slots=True, eq=False)
class Clock:
    """Seconds since 1970 that pass only when told to."""

    now: float = float(BEGAN)

    def __call__(self) -> float:
        """Return the time."""
        return self.now


@dataclass(slots=True, eq=False)
class Report:
    """A report with its partitions, and what was read when: `seen` has the days of each reading."""

    name: str
    settling: Settling
    start: int
    partitions: list[ReportState]
    calls: Calls = field(default_factory=Calls)
    seen: list[tuple[int, Window]] = field(default_factory=list)

    def tracks(self) -> list[Track]:
        """Return its partitions as the schedule wants them."""
        return [Track(state, self.settling, self.start) for state in self.partitions]


@dataclass(frozen=True, slots=True)
class Sync:
    """A sync that is over: when it began and ended, and its calls, refreshing and back-filling."""

    began: int
    ended: float
    refreshing: int
    filling: int


@dataclass(slots=True)
class Simulation:
    """Syncs every `interval` seconds; the quota is shared by all reports, or each has its own.

    A sync that is still under way holds up the next one, as platforms do.
    """

    interval: int
    shared: bool
    metrics: int = 1
    days: int = 30
    history: int = 730
    settling_days: int = 30
    clock: Clock = field(default_factory=Clock)
    reports: list[Report] = field(init=False)
    syncs: list[Sync] = field(default_factory=list)
    by_day: Counter[tuple[str, int, bool]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        timezone = Timezone(ZoneInfo("UTC"))
        start = timezone.day_at(BEGAN) - self.history * DAY
        self.reports = [
            Report(
                name,
                Settling(timezone, period, self.settling_days * DAY),
                start,
                [ReportState()] * (self.metrics if "_values" in name or "flow" in name else 1),
            )
            for name, period in REPORTS.items()
        ]

    def run(self) -> "Simulation":
        """Play all syncs."""
        turn = BEGAN
        while turn < BEGAN + self.days * DAY:
            self.clock.now = max(self.clock.now, float(turn))
            self._sync()
            turn += self.interval
            while turn < self.clock.now:
                turn += self.interval
        return self

    def _sync(self) -> None:
        began = int(self.clock.now)
        presumed = ("reports", DailyLimit(QUOTA)) if self.shared else None
        quotas = Quotas(clock=self.clock)
        waiting: list[tuple[Report, EndpointQuota, deque[tuple[int, Due]]]] = []
        for report, due in self._due(began):
            quota = quotas.get(report.name, REPORT, presumed=presumed)
            quota.spent_before(report.calls.ages(self.clock.now))
            waiting.append((report, quota, deque(due)))
        made = Counter[bool]()
        for report, number, each in self._sent(waiting):
            made[each.refreshing] += 1
            self.by_day[report.name, int(self.clock.now - BEGAN) // DAY, each.refreshing] += 1
            report.calls.count(self.clock.now, refreshing=each.refreshing)
            report.seen.append((began, each.window))
            state = report.partitions[number].read(each.window, began, report.settling)
            report.partitions[number] = state
        self.syncs.append(Sync(began, self.clock.now, made[True], made[False]))

    def _due(self, now: int) -> Iterator[tuple[Report, list[tuple[int, Due]]]]:
        groups = [self.reports] if self.shared else [[report] for report in self.reports]
        for group in groups:
            owners = [
                (report, number) for report in group for number in range(len(report.partitions))
            ]
            tracks = [track for report in group for track in report.tracks()]
            interval = now - self.syncs[-1].began if self.syncs else UNKNOWN_INTERVAL
            calls = [report.calls for report in group]
            plan = Pool(QUOTA, calls, tracks, interval).plan(now)
            for report in group:
                due = [
                    (number, each)
                    for (owner, number), own in zip(owners, plan.windows, strict=True)
                    for each in own
                    if owner is report
                ]
                due.sort(key=lambda entry: -entry[1].window.hi)
                yield report, due

    def _sent(
        self, waiting: list[tuple[Report, EndpointQuota, deque[tuple[int, Due]]]]
    ) -> Iterator[tuple[Report, int, Due]]:
        """Yield each call when its quota grants it; what has to wait for long is given up."""
        while any(due for _, _, due in waiting):
            soonest = LONGEST_WAIT
            for report, quota, due in waiting:
                if not due:
                    continue
                pause = quota.reserve()
                if not pause:
                    soonest = 0.0
                    yield (report, *due.popleft())
                elif pause > LONGEST_WAIT:
                    due.clear()
                else:
                    soonest = min(soonest, pause)
            self.clock.now += soonest or 1.0
