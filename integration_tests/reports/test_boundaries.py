"""First syncs whose days fit one window, at the edges of days and months: none asks ahead."""

import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest

from integration_tests.quirks.reading import read
from integration_tests.reports.syncs import REPORTS, SHOP
from klaviyo_sandbox import Sandbox, Settings
from source_klaviyo.config import Config
from source_klaviyo.errors import ConfigError
from source_klaviyo.reports.account import Account
from source_klaviyo.reports.days import day_of

MOMENTS: Final = {
    "the first second of a month": ("2026-12-01T00:00:00", "Pacific/Kiritimati"),
    "the last minute of a month": ("2026-11-30T23:59:00", "Pacific/Niue"),
    "the last minute of a year": ("2026-12-31T23:59:00", "Europe/Copenhagen"),
    "29 February": ("2028-02-29T12:00:00", "Asia/Kathmandu"),
    "the clock goes back": ("2026-11-01T01:30:00", "America/New_York"),
    "the clock goes forward": ("2027-03-28T03:00:00", "Europe/Copenhagen"),
}


@pytest.fixture(scope="module", params=MOMENTS.values(), ids=list(MOMENTS))
def now(request: pytest.FixtureRequest) -> datetime:
    text, zone = request.param
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.fixture(scope="module")
def shop(now: datetime) -> Iterator[Sandbox]:
    """A shop in whose account it is `now`, by its clock and by the connector's."""
    assert isinstance(now.tzinfo, ZoneInfo)
    settings = replace(Settings(**SHOP), now=now.isoformat(), timezone=now.tzinfo.key)
    real, ahead = time.time, now.timestamp() - time.time()
    with Sandbox.start(settings) as sandbox, pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time", lambda: real() + ahead)
        sandbox.limits.grant_plenty()
        yield sandbox


@pytest.mark.parametrize(
    ("mode", "days"), [("incremental", 0), ("full_refresh", 1), ("full_refresh", 30)]
)
def test_days_that_fit_one_window_are_read_up_to_today(
    shop: Sandbox, now: datetime, mode: str, days: int
) -> None:
    shop.log.reset()
    midnight = now.replace(hour=0, minute=0, second=0) - timedelta(days=days)
    outcome = read(shop, sorted(REPORTS), mode=mode, start_date=midnight.isoformat())
    assert not outcome.failures
    assert_nothing_lies_ahead(shop, now, outcome.records, midnight)


def test_an_account_made_today_has_its_first_day(
    shop: Sandbox, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.log.reset()
    today = day_of(now.date().isoformat())
    monkeypatch.setattr(Account, "first_day", today)
    monkeypatch.setattr(Account, "first_day_of_events", today)
    outcome = read(shop, sorted(REPORTS))
    assert not outcome.failures
    assert_nothing_lies_ahead(shop, now, outcome.records, now)


def test_a_start_before_klaviyo_is_read_whole(shop: Sandbox, now: datetime) -> None:
    shop.log.reset()
    streams = ["form_series_reports", "segment_series_reports", "segment_values_reports"]
    outcome = read(shop, streams, mode="full_refresh", start_date="2012-01-01")
    assert not outcome.failures
    begins = {stream: min(each["date"] for each in outcome.records[stream]) for stream in streams}
    assert begins["segment_series_reports"] == begins["segment_values_reports"] == "2023-06-01"
    assert_nothing_lies_ahead(shop, now, outcome.records, datetime(2012, 1, 1, tzinfo=now.tzinfo))


@pytest.mark.usefixtures("shop")
def test_a_start_tomorrow_is_refused(now: datetime) -> None:
    tomorrow = (now + timedelta(days=1)).isoformat()
    with pytest.raises(ConfigError) as refused:
        Config.parse({"api_key": "pk", "start_date": tomorrow})
    assert "start_date: must not lie in the future" in str(refused.value.message)


def assert_nothing_lies_ahead(
    shop: Sandbox, now: datetime, records: dict[str, list[dict[str, Any]]], first: datetime
) -> None:
    """Check what was asked, and the days that came: from `first` to the day that it is `now`."""
    today, last_second = now.date().isoformat(), f"{now.date()}T23:59:59"
    for stream, rows in records.items():
        days = {row["date"] for row in rows}
        assert first.date().isoformat() <= min(days, default=today), stream
        assert max(days, default=today) <= today
    asked: dict[str, list[Any]] = defaultdict(list)
    for entry in shop.log.requests():
        if entry.path == "/api/metric-aggregates":
            filters: Any = entry.asked["filter"]
            end = filters[1].removeprefix("less-than(datetime,").rstrip(")")
            bound = datetime.fromisoformat(end)
            bound = bound if bound.tzinfo else bound.replace(tzinfo=now.tzinfo)
            assert bound < datetime.fromisoformat(shop.now())
        elif "-reports" in entry.path:
            asked[entry.path].append(entry.asked["timeframe"])
    for timeframes in asked.values():
        assert max(timeframe["end"] for timeframe in timeframes) == last_second
        assert min(timeframe["start"] for timeframe in timeframes) >= first.date().isoformat()
    assert asked
    if now.hour:  # at the first second of a day there are no numbers of it yet
        assert today in {row["date"] for row in records["form_series_reports"]}
