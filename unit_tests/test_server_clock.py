"""Klaviyo's time at the start of a sync, by the dates of its answers."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_klaviyo.api.server_clock import ServerClock
from source_klaviyo.sync.state.horizon import MARGIN, horizon
from unit_tests.odd_dates import odd_dates

NOW = 1_790_000_000
"""2026-09-21T14:13:20Z, by Klaviyo's clock."""


class Machine:
    """A machine whose clock is `ahead` of Klaviyo's by so many seconds."""

    def __init__(self, patch: pytest.MonkeyPatch, ahead: float) -> None:
        self.passed, self.ahead = 0.0, ahead
        patch.setattr(time, "monotonic", lambda: 1_000 + self.passed)
        patch.setattr(time, "time", lambda: NOW + self.ahead + self.passed)

    def date(self, on_its_way: float = 0.0) -> str:
        """Return the header of an answer that took so many seconds to arrive."""
        moment = datetime.fromtimestamp(NOW, UTC) + timedelta(seconds=self.passed - on_its_way)
        return format_datetime(moment, usegmt=True)


@pytest.mark.parametrize("ahead", [0, 30, 3_600, -3_600])
@pytest.mark.parametrize("steps_to", [None, 0, -100])
def test_the_horizon_is_never_behind_the_start_whatever_the_machine_believes(
    monkeypatch: pytest.MonkeyPatch, ahead: int, steps_to: int | None
) -> None:
    machine = Machine(monkeypatch, ahead)
    clock = ServerClock()
    behind = horizon(clock)
    for seconds in (2, 8, 60):
        machine.passed = seconds
        machine.ahead = machine.ahead if steps_to is None else steps_to
        clock.observe(machine.date(on_its_way=1.5))
        assert NOW + min(0, ahead) - MARGIN - 3 <= behind() <= NOW - MARGIN


def test_the_answer_that_was_fastest_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch, ahead=100)
    clock = ServerClock()
    for late in (300, 2, 200):
        clock.observe(machine.date(on_its_way=late))
    assert clock.at_start == NOW - 2


def test_the_zone_that_is_none_is_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    machine = Machine(monkeypatch, ahead=100)
    clock = ServerClock()
    clock.observe(machine.date().replace("GMT", "-0000"))
    assert clock.at_start == NOW


@given(st.none() | st.text(max_size=40) | odd_dates())
def test_no_date_can_fail_a_request_or_put_the_start_later(header: str | None) -> None:
    clock = ServerClock()
    before = clock.at_start
    clock.observe(header)
    assert clock.at_start <= before


def test_a_sync_without_dates_says_so(caplog: pytest.LogCaptureFixture) -> None:
    clock = ServerClock()
    clock.warn_if_unknown()
    assert not caplog.text  # nothing was asked, or nothing answered
    clock.observe(None)
    clock.warn_if_unknown()
    assert "No answer of Klaviyo had a `Date` header" in caplog.text
    caplog.clear()
    clock.observe("Mon, 30 Nov 2026 08:37:18 GMT")
    clock.warn_if_unknown()
    assert not caplog.text
