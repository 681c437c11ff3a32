"""Every day of a report is read, settled days once, and reading again takes half of a quota."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_klaviyo.protocol import Window
from source_klaviyo.reports.calls import Calls
from source_klaviyo.reports.days import DAY, Period, Timezone
from source_klaviyo.reports.pace import Costs, pace
from source_klaviyo.reports.schedule import Pool
from source_klaviyo.reports.state import ReportState, Settling
from source_klaviyo.reports.track import Track
from unit_tests.examples import few

BEGAN = int(datetime(2026, 11, 24, 9, tzinfo=UTC).timestamp())
ZONES = ["UTC", "Pacific/Kiritimati", "Pacific/Niue", "Asia/Kathmandu", "America/New_York"]
DAILY, MONTHLY = Period(60), Period()


@dataclass
class Partition:
    """A partition, and what a reader of the simplest kind knows of it: when each day was read."""

    settling: Settling
    start: int
    state: ReportState = field(default_factory=ReportState)
    read_at: dict[int, int] = field(default_factory=dict)

    def track(self) -> Track:
        return Track(self.state, self.settling, self.start)

    def read(self, window: Window, at: int) -> None:
        for day in range(window.lo, window.hi, DAY):
            assert not self.settled(day), "a settled day is read a second time"
            self.read_at[day] = at
        self.state = ReportState.load(self.state.read(window, at, self.settling).dump())

    def settled(self, day: int) -> bool:
        """Tell whether the row that `day` is in was read late enough after its end."""
        last = self.settling.period.following(day)
        over = self.settling.timezone.begins_at(last) + self.settling.seconds
        return day in self.read_at and self.read_at[day] >= over


partitions = st.builds(
    lambda zone, period, days, back: Partition(
        Settling(Timezone(ZoneInfo(zone)), period, days * DAY),
        Timezone(ZoneInfo(zone)).day_at(BEGAN) - back * DAY,
    ),
    st.sampled_from(ZONES),
    st.sampled_from([DAILY, MONTHLY, Period(363)]),
    st.sampled_from([0, 1, 5, 30, 90]),
    st.integers(0, 800),
)


@few(60)
@given(
    st.lists(partitions, min_size=1, max_size=5),
    st.lists(st.integers(600, 3 * DAY), min_size=1, max_size=40),
    st.integers(1, 60),
    st.data(),
)
def test_no_day_is_settled_too_early_or_read_too_late(
    parts: list[Partition], pauses: list[int], limit: int, data: st.DataObject
) -> None:
    now, calls = BEGAN, Calls()
    made: list[tuple[int, bool]] = []
    for pause in pauses:
        plan = Pool(limit, [calls], [part.track() for part in parts]).plan(now)
        # A sync may end anywhere in the middle of its plan.
        due = [(part, each) for part, own in zip(parts, plan.windows, strict=True) for each in own]
        for part, each in due[: data.draw(st.integers(0, len(due)))]:
            assert each.window.hi <= part.settling.timezone.day_at(now) + DAY
            part.read(each.window, now)
            calls.count(now, refreshing=each.refreshing)
            made.append((now, each.refreshing))
        last_day = [again for at, again in made if at > now - DAY]
        assert sum(last_day) <= max(1, limit // 2)
        for part in parts:
            claimed = {day for each in part.state.settled for day in range(each.lo, each.hi, DAY)}
            assert claimed == {day for day in part.read_at if part.settled(day)}
            known = {day for each in part.state.known for day in range(each.lo, each.hi, DAY)}
            assert known == part.read_at.keys()
        now += pause


@few(25)
@given(st.lists(partitions, min_size=1, max_size=4), st.integers(3600, 2 * DAY))
def test_everything_from_the_start_on_is_read_in_the_end(
    parts: list[Partition], pause: int
) -> None:
    now, calls = BEGAN, Calls()
    for _ in range(12):
        plan = Pool(100, [calls], [part.track() for part in parts]).plan(now)
        for part, own in zip(parts, plan.windows, strict=True):
            for each in own:
                part.read(each.window, now)
                calls.count(now, refreshing=each.refreshing)
        now += pause
    for part in parts:
        today = part.settling.timezone.day_at(now - pause)
        assert part.read_at.keys() == set(range(part.start, today + DAY, DAY))
        assert len(part.state.readings) <= 16


def only(zone: str = "UTC", period: Period = DAILY, back: int = 730) -> Partition:
    timezone = Timezone(ZoneInfo(zone))
    start = timezone.day_at(BEGAN) - back * DAY
    return Partition(Settling(timezone, period, 30 * DAY), start)


def test_a_first_sync_takes_the_fewest_calls_the_newest_first() -> None:
    part = only()
    (own,) = Pool(225, [Calls()], [part.track()]).plan(BEGAN).windows
    assert len(own) == 13  # 731 days, 60 a call
    assert [each.window.hi for each in own] == sorted(
        (each.window.hi for each in own), reverse=True
    )
    assert sum(each.window.hi - each.window.lo for each in own) == 731 * DAY


def test_months_are_read_one_by_one_the_first_and_the_last_cut() -> None:
    part = only(period=MONTHLY, back=60)
    (own,) = Pool(225, [Calls()], [part.track()]).plan(BEGAN).windows
    dates = [(datetime.fromtimestamp(each.window.lo, UTC).date().isoformat()) for each in own]
    assert dates == ["2026-11-01", "2026-10-01", "2026-09-25"]
    assert own[0].window.hi == part.settling.timezone.day_at(BEGAN) + DAY


def test_what_was_read_a_moment_ago_is_not_due() -> None:
    part = only()
    for _ in range(2):
        (own,) = Pool(225, [Calls()], [part.track()]).plan(BEGAN).windows
        for each in own:
            part.read(each.window, BEGAN)
    assert own == []
    (later,) = Pool(225, [Calls()], [part.track()]).plan(BEGAN + 3600).windows
    assert [(each.window.hi - each.window.lo) // DAY for each in later] == [2]
    (next_day,) = Pool(225, [Calls()], [part.track()]).plan(BEGAN + DAY).windows
    assert [(each.window.hi - each.window.lo) // DAY for each in next_day] == [31 + 1]


def test_a_partition_that_was_refused_is_asked_again_after_a_month() -> None:
    part = only()
    part.state = part.state.refused(BEGAN)
    assert Pool(225, [Calls()], [part.track()]).plan(BEGAN + 29 * DAY).windows == [[]]
    assert Pool(225, [Calls()], [part.track()]).plan(BEGAN + 31 * DAY).windows != [[]]


@pytest.mark.parametrize("calls", [1, 7, 30, 60, 112, 1000])
@pytest.mark.parametrize("costs", [Costs(1, 1, 1), Costs(7, 9, 14), Costs(100, 100, 300)])
def test_a_pace_takes_no_more_calls_than_there_are(costs: Costs, calls: int) -> None:
    found = pace(costs, calls)
    whole = DAY / found.cold
    warm = max(0.0, DAY / found.warm - whole)
    hot = max(0.0, DAY / found.hot - whole - warm)
    assert costs.whole * whole + costs.warm * warm + costs.hot * hot <= calls + 1e-6
    assert found.hot >= 3600


def test_history_has_what_refreshing_will_not_need() -> None:
    parts = [only() for _ in range(7)]
    plan = Pool(225, [Calls()], [part.track() for part in parts]).plan(BEGAN)
    assert sum(map(len, plan.windows)) == 7 * 13
    assert plan.left == 0
    many = [only() for _ in range(40)]
    plan = Pool(225, [Calls()], [part.track() for part in many]).plan(BEGAN)
    taken = sum(map(len, plan.windows))
    assert 112 <= taken <= 225
    assert plan.left == 40 * 13 - taken
