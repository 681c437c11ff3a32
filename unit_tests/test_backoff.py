"""How long is waited: what `Retry-After` says, within bounds, else doubling with jitter."""

import time
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime

import pytest
import requests
from hypothesis import example, given
from hypothesis import strategies as st

from source_klaviyo.api.backoff import LONGEST, RetryAfterBackoff, pause, retry_after
from source_klaviyo.api.quotas.limits import DAY
from unit_tests.odd_dates import odd_dates

pytestmark = pytest.mark.calendar


def refused(retry_after: str | None) -> requests.Response:
    response = requests.Response()
    response.status_code = 503
    if retry_after is not None:
        response.headers["Retry-After"] = retry_after
    return response


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("17", 17), ("0", 0), (" 5 ", 5), ("86400", 86_400), (None, None), ("soon", None), ("", None)],
)
def test_seconds_are_read(header: str | None, seconds: float | None) -> None:
    assert retry_after(refused(header)) == seconds


@given(st.integers(-100, 86_000), st.integers(-12, 12))
def test_a_date_is_read_as_the_seconds_until_then(ahead: int, hours: int) -> None:
    moment = datetime.fromtimestamp(time.time(), timezone(timedelta(hours=hours))) + timedelta(
        seconds=ahead
    )
    found = retry_after(refused(format_datetime(moment)))
    assert found is not None
    assert max(0, ahead) - 5 <= found <= max(0, ahead)


def test_a_date_of_no_zone_is_in_utc() -> None:
    moment = datetime.fromtimestamp(time.time(), UTC).replace(tzinfo=None) + timedelta(seconds=100)
    assert format_datetime(moment).endswith("-0000")
    assert 90 < (retry_after(refused(format_datetime(moment))) or 0) <= 100


@given(
    st.text(st.characters(codec="latin-1", exclude_characters="\r\n"), max_size=40) | odd_dates()
)
@example("9" * 400)
def test_nonsense_is_no_pause(header: str) -> None:
    found = retry_after(refused(header))
    assert found is None or 0 <= found <= DAY


@pytest.mark.parametrize("header", ["9" * 400, "1000000", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_no_pause_is_longer_than_the_longest_window(header: str) -> None:
    assert retry_after(refused(header)) == DAY


@given(st.integers(0, 2_000), st.none() | st.floats(0, 1e6))
def test_pauses_double_with_jitter_are_as_long_as_stated_and_bounded(
    attempt: int, stated: float | None
) -> None:
    longest = min(LONGEST, 0.5 * 2.0 ** min(attempt, 20))
    found = pause(attempt, stated)
    assert max(longest / 2, min(stated or 0, LONGEST)) <= found
    assert found <= max(longest, min(stated or 0, LONGEST)) <= LONGEST


def test_the_cdk_gets_the_same_pauses() -> None:
    strategy = RetryAfterBackoff()
    assert strategy.backoff_time(refused("17"), 0) == 17
    assert strategy.backoff_time(refused("86400"), 0) == LONGEST
    for outcome in (refused(None), requests.ConnectionError(), None):
        assert 4 <= strategy.backoff_time(outcome, 4) <= 8
