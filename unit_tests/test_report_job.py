"""The state of a report: written, understood, and never ahead of what was written."""

from zoneinfo import ZoneInfo

import orjson
import pytest
from airbyte_cdk.models import StreamDescriptor
from hypothesis import given
from hypothesis import strategies as st

from source_klaviyo.api.partition import Partition, partition_key
from source_klaviyo.protocol import Window
from source_klaviyo.reports.calls import SLOT, Calls
from source_klaviyo.reports.days import DAY, Period, Timezone, day_of
from source_klaviyo.reports.job import ReportJob
from source_klaviyo.reports.memory import ReportMemory
from source_klaviyo.reports.state import Reading, ReportState, Settling
from source_klaviyo.reports.track import Due

NOW = 1_790_000_000
TODAY = NOW // DAY * DAY
SETTLING = Settling(Timezone(ZoneInfo("UTC")), Period(60), 30 * DAY)


def windows(lo: int, hi: int) -> Window:
    """Return the days from `lo` to `hi` days before today."""
    return Window(TODAY - lo * DAY, TODAY - hi * DAY)


def job(memory: ReportMemory, *metrics: str, due: list[Due]) -> ReportJob:
    partitions = [{"metric_id": metric} for metric in metrics]
    return ReportJob(
        StreamDescriptor("report"),
        "date",
        memory=memory,
        settling=SETTLING,
        partitions=partitions,
        due={partition_key(each): due for each in partitions},
        start=TODAY - 100 * DAY,
    )


def test_only_what_is_written_is_in_the_state() -> None:
    made = job(ReportMemory("UTC"), "a", due=[Due(windows(60, -1), refreshing=True)])
    checkpoint = made.checkpoint({"metric_id": "a"})
    assert made.state(NOW, complete=False)["states"] == [
        {"partition": {"metric_id": "a"}, "cursor": {}}
    ]
    (window,) = checkpoint.missing()
    checkpoint.complete(window)
    memory = ReportMemory.load(made.state(NOW, complete=True), NOW)
    state = memory.of({"metric_id": "a"})
    assert state.settled == (windows(60, 30),)
    assert state.readings == (Reading(windows(30, -1), NOW),)


def test_partitions_in_the_same_place_are_one_entry_and_others_are_kept() -> None:
    old = ReportState(settled=(windows(90, 60),))
    gone: Partition = {"metric_id": "gone"}
    known = {partition_key(gone): (gone, old)}
    metrics = [f"m{number}" for number in range(50)]
    made = job(
        ReportMemory("UTC", states=known), *metrics, due=[Due(windows(60, -1), refreshing=True)]
    )
    for metric in metrics:
        checkpoint = made.checkpoint({"metric_id": metric})
        checkpoint.complete(windows(60, -1))
    state = made.state(NOW, complete=True)
    assert len(orjson.dumps(state)) < 700
    memory = ReportMemory.load(state, NOW)
    assert len(memory.states) == 51
    assert memory.of({"metric_id": "gone"}) == old
    assert memory.of({"metric_id": "m7"}) == memory.of({"metric_id": "m8"}) != ReportState()


def test_a_refusal_is_kept_and_an_answer_takes_it_back() -> None:
    made = job(ReportMemory("UTC"), "a", due=[])
    made.checkpoint({"metric_id": "a"}).refuse()
    memory = ReportMemory.load(made.state(NOW, complete=True), NOW)
    assert memory.of({"metric_id": "a"}).refused_at == NOW
    again = job(memory, "a", due=[Due(windows(1, -1), refreshing=True)])
    again.checkpoint({"metric_id": "a"}).complete(windows(1, -1))
    read = ReportMemory.load(again.state(NOW + DAY, complete=True), NOW + DAY)
    assert read.of({"metric_id": "a"}).refused_at is None


def test_pages_and_the_quota_are_remembered() -> None:
    made = job(ReportMemory("UTC"), "a", due=[Due(windows(1, -1), refreshing=True)])
    made.shares_its_day = lambda: False
    checkpoint = made.checkpoint({"metric_id": "a"})
    for _ in range(3):
        made.count({"metric_id": "a"}, windows(1, -1), 1)
    checkpoint.complete(windows(1, -1))
    memory = ReportMemory.load(made.state(NOW, complete=True), 2**33)
    assert (memory.pages, memory.shares_its_day) == (3, False)
    assert memory.calls.since(0) == (3, 0)


reading = st.builds(
    lambda lo, days, at: Reading(Window(lo * DAY, (lo + days) * DAY), at),
    st.integers(15_000, 16_000),
    st.integers(1, 70),
    st.integers(1_300_000_000, NOW),
)


@given(st.lists(reading, max_size=60))
def test_a_state_is_understood(readings: list[Reading]) -> None:
    state = ReportState()
    for each in readings:
        state = state.read(each.window, each.at, SETTLING)
    loaded = ReportState.load(orjson.loads(orjson.dumps(state.dump())))
    assert loaded == state
    days = {day for each in readings for day in range(each.window.lo, each.window.hi, DAY)}
    assert {day for each in loaded.known for day in range(each.lo, each.hi, DAY)} == days


@given(st.lists(st.tuples(st.integers(0, 3 * DAY), st.booleans()), max_size=80))
def test_calls_of_a_day_are_counted_by_ten_minutes(made: list[tuple[int, bool]]) -> None:
    calls = Calls()
    for age, refreshing in made:
        calls.count(NOW - age, refreshing=refreshing)
    loaded = Calls.load(orjson.loads(orjson.dumps(calls.dump(NOW))))
    surely = sum(age < DAY for age, _ in made)
    perhaps = sum(age < DAY + SLOT for age, _ in made)
    assert surely <= sum(loaded.since(NOW - DAY)) <= perhaps
    assert surely - sum(age > DAY - 100 for age, _ in made) <= len(list(loaded.ages(NOW)))
    assert len(list(loaded.ages(NOW))) <= perhaps
    loaded.forget_after(0)
    assert loaded.since(0) == (0, 0)


@pytest.mark.parametrize(
    "garbage",
    [
        {"states": 7},
        {"states": [7]},
        {"states": [{"partition": {}}]},
        {"states": [{"partition": 1, "cursor": {}}]},
        {"states": [{"partition": {}, "cursor": {"date": "2026-01-01"}}]},
        {"states": [{"partition": {}, "cursor": {"settled": [["2026-01-01"]]}}]},
        {"states": [{"partition": {}, "cursor": {"settled": [["2026-01-02", "2026-01-01"]]}}]},
        {"states": [{"partition": {}, "cursor": {"read": [["2026-01-01", "2026-01-02", 7]]}}]},
        {"states": [{"partition": {}, "cursor": {"refused": "never"}}]},
        {"calls": 7},
        {"calls": {"2026-01-01T00:00:00+00:00": [1]}},
        {"calls": {"2026-01-01T00:00:00+00:00": ["a", -1]}},
        {"calls": {"soon": [1, 1]}},
        {"pages": 0},
        {"by": "x"},
    ],
    ids=str,
)
def test_garbage_is_refused(garbage: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"."):
        ReportMemory.load(garbage, NOW)  # type: ignore[arg-type]


def test_nothing_of_the_future_is_believed() -> None:
    future = "2999-01-01T00:00:00+00:00"
    state = {
        "states": [
            {"partition": {}, "cursor": {"read": [["2026-11-01", "2026-11-02", future]]}},
        ],
        "calls": {future: [200, 0]},
    }
    memory = ReportMemory.load(state, NOW)  # type: ignore[arg-type]
    assert memory.of({}).readings == (
        Reading(Window(day_of("2026-11-01"), day_of("2026-11-02")), NOW),
    )
    assert memory.calls.since(0) == (0, 0)
