"""Kills, late changes and other timezones: what has been read, and what is read again."""

import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from integration_tests.connector.conftest import connector_of
from integration_tests.connector.harness import incremental, last_states
from integration_tests.quirks.reading import keys_of, read
from integration_tests.reports.syncs import (
    DAILY_QUOTA,
    REPORTS,
    SHOP,
    Json,
    calls,
    days_ago,
    state_of,
)
from integration_tests.reports.test_day_quota import FLOWS, TWO_YEARS
from klaviyo_sandbox import Sandbox, Settings

pytestmark = pytest.mark.calendar

DAY: Final = 86_400


def known_days(state: Json) -> set[str]:
    """Return the days that a state says have been read, of its only partition."""
    ((entry),) = state["states"]
    found = set()
    for first, last, *_ in [*entry["cursor"].get("settled", ()), *entry["cursor"].get("read", ())]:
        day = date.fromisoformat(first)
        while day < date.fromisoformat(last):
            found.add(day.isoformat())
            day += timedelta(days=1)
    return found


@pytest.mark.parametrize("lines", [30, 900, 2_500])
def test_a_kill_costs_nothing_that_was_written(shop: Sandbox, tmp_path: Path, lines: int) -> None:
    connector = connector_of(shop, tmp_path, num_workers=2, **TWO_YEARS)
    whole = read(shop, [FLOWS], **TWO_YEARS)
    killed = connector.read(incremental(FLOWS), kill_after=lines)
    states = dict(zip([FLOWS], last_states(killed), strict=False))  # perhaps there is none yet
    known = known_days(state_of(states, FLOWS)) if states else set()
    assert (len(known) > 0) == (lines > 30)
    shop.log.reset()
    rest = read(shop, [FLOWS], states=states, **TWO_YEARS)
    assert not rest.failures
    again = {record["date"] for record in rest.records[FLOWS]}
    assert not again & known, "what a state covers is not read again"
    assert again | known >= {record["date"] for record in whole.records[FLOWS]}
    written = {record["date"] for record in killed.records[FLOWS]}
    assert known & {record["date"] for record in whole.records[FLOWS]} <= written
    together = {*map(str, keys_of(FLOWS, [*killed.records[FLOWS], *rest.records[FLOWS]]))}
    assert together == {*map(str, whole.keys(FLOWS))}


def test_a_change_of_days_that_are_not_settled_is_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Sandbox.start(Settings(**SHOP)) as shop:
        shop.limits.grant_plenty()
        first = read(shop, [FLOWS, "flow_values_reports"], **TWO_YEARS)
        newest = max(first.records[FLOWS], key=lambda record: record["date"])
        message, today = newest["flow_message_id"], date.fromisoformat(newest["date"])
        recent, settled = (str(today - timedelta(days=days)) for days in (5, 45))
        before = by_key(FLOWS, first.records[FLOWS])
        for day in (recent, settled):
            shop.reports.change(message, day, "opens", 7)
        now = time.time
        monkeypatch.setattr(time, "time", lambda: now() + DAY)
        shop.advance(DAY)
        shop.log.reset()
        second = read(shop, [FLOWS, "flow_values_reports"], states=first.states, **TWO_YEARS)
        assert calls(shop, FLOWS) == 1
        # This month and the last, and the one before where it has just become final.
        assert calls(shop, "flow_values_reports") <= 3
    after = by_key(FLOWS, second.records[FLOWS])
    changed = [key for key in after if key in before and message in key and recent in key]
    assert sum(after[key]["opens"] - before[key]["opens"] for key in changed) == 7
    days = {record["date"] for record in second.records[FLOWS]}
    assert settled not in days, "what is settled is final"
    assert str(today + timedelta(days=1)) in days
    assert len(days) <= 33


def by_key(stream: str, records: list[Json]) -> dict[tuple[str, ...], Json]:
    return dict(zip(keys_of(stream, records), records, strict=True))


def test_nothing_is_read_again_within_the_hour(shop: Sandbox) -> None:
    first = read(shop, sorted(REPORTS), **TWO_YEARS)
    shop.log.reset()
    second = read(shop, sorted(REPORTS), states=first.states, **TWO_YEARS)
    assert sum(calls(shop, stream) for stream in REPORTS) == 0
    assert not any(second.records.values())
    for stream in DAILY_QUOTA:
        before, after = state_of(first.states, stream), state_of(second.states, stream)
        assert {**after, "synced": ""} == {**before, "synced": ""}


def test_another_timezone_means_other_days(shop: Sandbox) -> None:
    first = read(shop, ["form_series_reports"], **TWO_YEARS)
    state = first.states["form_series_reports"]
    state["stream"]["stream_state"]["timezone"] = "America/New_York"
    second = read(shop, ["form_series_reports"], states=first.states, **TWO_YEARS)
    assert len(second.records["form_series_reports"]) == len(first.records["form_series_reports"])
    assert any("timezone" in line and "again" in line for line in second.logs)
    assert state_of(second.states, "form_series_reports")["timezone"] == "Europe/Copenhagen"


def test_without_the_scope_the_timezone_is_the_configured_one(shop: Sandbox) -> None:
    shop.access.add_key("pk_forms", ["forms:read"])
    start: dict[str, Any] = {"api_key": "pk_forms", "start_date": days_ago(60)}
    utc = read(shop, ["form_series_reports"], **start)
    assert state_of(utc.states, "form_series_reports")["timezone"] == "UTC"
    assert any("timezone" in line for line in utc.logs)
    told = read(shop, ["form_series_reports"], timezone="Asia/Kathmandu", **start)
    assert state_of(told.states, "form_series_reports")["timezone"] == "Asia/Kathmandu"


def test_an_earlier_start_is_read_besides(shop: Sandbox) -> None:
    first = read(shop, ["form_series_reports"], start_date=days_ago(180))
    second = read(shop, ["form_series_reports"], states=first.states, start_date=days_ago(240))
    days = {record["date"] for record in second.records["form_series_reports"]}
    assert days_ago(181) in days
    assert not days & {record["date"] for record in first.records["form_series_reports"]}
    assert days_ago(240) <= min(days) <= days_ago(230)
