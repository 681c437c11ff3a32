"""The quota of a day: spent in the middle, shared with others, and never twice on one answer."""

from pathlib import Path
from typing import Any, Final

import requests

from integration_tests.connector.conftest import connector_of
from integration_tests.connector.harness import Connector, incremental, last_states
from integration_tests.quirks.reading import keys_of, read
from integration_tests.reports.syncs import (
    DAILY_QUOTA,
    REPORTS,
    calls,
    days_ago,
    state_of,
)
from klaviyo_sandbox import Quirks, Sandbox

FLOWS: Final = "flow_series_reports"
TWO_YEARS: Final[dict[str, Any]] = {"start_date": days_ago(735)}
"""Some thirteen windows of sixty days."""


def grant(shop: Sandbox, daily: int) -> None:
    """Let a day have so many calls, and count anew."""
    shop.limits.override_reports(50, 3_000, daily)
    shop.limits.turn_on()
    shop.log.reset()


def test_a_spent_quota_ends_the_stream_and_the_next_sync_goes_on(shop: Sandbox) -> None:
    whole = read(shop, [FLOWS], **TWO_YEARS)
    fewest = calls(shop, FLOWS)
    assert 13 <= fewest <= 14
    grant(shop, 6)
    first = read(shop, [FLOWS], **TWO_YEARS)
    assert calls(shop, FLOWS) == 6
    assert not first.failures
    assert any("is used up" in line for line in first.logs)
    grant(shop, 225)
    second = read(shop, [FLOWS], states=first.states, **TWO_YEARS)
    assert calls(shop, FLOWS) == fewest - 6, "no window is asked for twice"
    together = keys_of(FLOWS, [*first.records[FLOWS], *second.records[FLOWS]])
    assert sorted(map(str, together)) == sorted(map(str, whole.keys(FLOWS)))
    assert max(day for day, *_ in together) == max(day for day, *_ in first.keys(FLOWS)), (
        "the newest days come first"
    )


def test_the_program_ends_well(shop: Sandbox, tmp_path: Path) -> None:
    grant(shop, 4)
    shop.set_quirks(Quirks(daily_limit_shared=True))
    connector: Connector = connector_of(shop, tmp_path, **TWO_YEARS)
    streams = [FLOWS, "form_values_reports", "metrics"]
    first = connector.read(incremental(*streams))
    assert first.code == 0
    assert not first.failures
    for stream in streams:
        assert first.statuses(stream)[-1] == "COMPLETE"
    made = calls(shop, FLOWS), calls(shop, "form_values_reports")
    assert sum(made) == 4, "they are thought to share it"
    assert min(made) > 0
    again = connector.read(incremental(*streams), last_states(first))
    assert again.code == 0
    assert (calls(shop, FLOWS), calls(shop, "form_values_reports")) == made, (
        "the day is remembered, though this program is another one"
    )


def test_a_full_refresh_says_that_it_cannot_go_on(shop: Sandbox) -> None:
    grant(shop, 4)
    outcome = read(shop, [FLOWS], mode="full_refresh", **TWO_YEARS)
    assert calls(shop, FLOWS) == 4
    assert "incremental" in outcome.failures[FLOWS]


def test_what_others_use_is_left_to_them(shop: Sandbox) -> None:
    grant(shop, 10)
    for _ in range(7):
        form_report(shop)
    outcome = read(shop, ["form_series_reports"], **TWO_YEARS)
    assert not outcome.failures
    assert calls(shop, "form_series_reports") == 10
    assert refused(shop) <= 1
    assert state_of(outcome.states, "form_series_reports")["states"]


def test_one_quota_for_all_reports_is_never_overdrawn(shop: Sandbox) -> None:
    grant(shop, 21)
    shop.set_quirks(Quirks(daily_limit_shared=True))
    outcome = read(shop, DAILY_QUOTA, **TWO_YEARS)
    assert not outcome.failures
    made = {stream: calls(shop, stream) for stream in DAILY_QUOTA}
    assert sum(made.values()) == 21
    assert min(made.values()) >= 1, "each has its newest days"
    assert refused(shop) == 0


def test_a_quota_of_its_own_is_recognized_and_remembered(shop: Sandbox) -> None:
    grant(shop, 225)
    outcome = read(shop, DAILY_QUOTA, start_date=days_ago(400))
    assert {state_of(outcome.states, stream).get("quota") for stream in DAILY_QUOTA} == {"own"}
    shop.set_quirks(Quirks(daily_limit_shared=True))
    grant(shop, 225)
    outcome = read(shop, DAILY_QUOTA, start_date=days_ago(400))
    assert {state_of(outcome.states, stream).get("quota") for stream in DAILY_QUOTA} == {None}


def test_a_share_of_the_quota_is_a_share_of_the_day(shop: Sandbox) -> None:
    grant(shop, 225)
    outcome = read(shop, DAILY_QUOTA, quota_share=0.1, **TWO_YEARS)
    assert not outcome.failures
    made = sum(calls(shop, stream) for stream in DAILY_QUOTA)
    assert 15 <= made <= 22
    assert any("left to later syncs" in line for line in outcome.logs)


def test_a_check_costs_no_call_of_a_day(shop: Sandbox, tmp_path: Path) -> None:
    assert connector_of(shop, tmp_path).check().connection["status"] == "SUCCEEDED"
    assert sum(calls(shop, stream) for stream in REPORTS) == 0


def form_report(shop: Sandbox) -> None:
    """Ask for a report as another tool of the same account would."""
    answer = requests.post(
        f"{shop.url}/api/form-series-reports",
        headers={
            "Authorization": f"Klaviyo-API-Key {shop.key}",
            "revision": "2026-07-15",
            "content-type": "application/vnd.api+json",
        },
        json={
            "data": {
                "type": "form-series-report",
                "attributes": {
                    "statistics": ["submits"],
                    "timeframe": {"start": "2026-11-01T00:00:00", "end": "2026-11-07T23:59:59"},
                    "interval": "daily",
                },
            }
        },
        timeout=10,
    )
    assert answer.status_code == 200


def refused(shop: Sandbox) -> int:
    return sum(entry.status == 429 for entry in shop.log.requests())
