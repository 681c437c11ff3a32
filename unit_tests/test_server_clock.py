"""How far Klaviyo's clock is behind, by the dates of its answers."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_klaviyo.api.server_clock import ServerClock
from unit_tests.odd_dates import odd_dates

pytestmark = pytest.mark.calendar


def date(seconds_ago: float) -> str:
    return format_datetime(
        datetime.fromtimestamp(time.time(), UTC) - timedelta(seconds=seconds_ago), usegmt=True
    )


def test_the_least_lag_counts_because_answers_take_time() -> None:
    clock = ServerClock()
    for late in (300, 100, 200):
        clock.observe(date(late))
    assert 98 <= clock.lag <= 101


@pytest.mark.parametrize("ago", [0, -50])
def test_a_clock_that_is_level_or_ahead_has_no_lag(ago: int) -> None:
    clock = ServerClock()
    clock.observe(date(100))
    clock.observe(date(ago))
    assert clock.lag <= 0.5


def test_the_zone_that_is_none_is_utc() -> None:
    clock = ServerClock()
    clock.observe(date(100).replace("GMT", "-0000"))
    assert 98 <= clock.lag <= 101


@given(st.text(max_size=40) | odd_dates())
def test_no_date_can_fail_a_request(header: str) -> None:
    clock = ServerClock()
    clock.observe(header)
    assert 0 <= clock.lag < float("inf")


@given(st.none() | st.text(max_size=40))
def test_nonsense_tells_nothing(header: str | None) -> None:
    clock = ServerClock()
    clock.observe(date(100))
    clock.observe(header)
    assert 98 <= clock.lag <= 130
