"""Campaign numbers belong to the day of the send."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from klaviyo_sandbox import Sandbox

from .conftest import reader_of
from .report_tools import ask, between

HOURS = {"throttled": 5, "smart_send_time": 24}
ZONES = ("Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu", "Europe/Copenhagen")
MONTHS = {"2026-08": 31, "2026-09": 30, "2026-10": 31}


def send_days(sandbox: Sandbox, zone: str) -> dict[str, set[str]]:
    """Return the local days on which each campaign went out, worked out from its own record."""
    found = {}
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    for one in sandbox.documents("campaign"):
        if sent := one["attributes"]["send_time"]:
            hours = HOURS.get(one["attributes"]["send_strategy"]["method"], 1)
            times = [datetime.fromisoformat(sent) + timedelta(hours=hour) for hour in range(hours)]
            local = {time.astimezone(ZoneInfo(zone)) for time in times if time <= now}
            found[one["id"]] = {str(time.date()) for time in local}
    return found


@pytest.mark.parametrize("zone", ZONES)
def test_a_campaign_is_in_the_months_in_which_it_was_sent(
    zone: str, own_reporting: Sandbox
) -> None:
    own_reporting.update("account", own_reporting.ids("account"), {"timezone": zone})
    found: dict[str, set[str]] = {}
    for month, end in MONTHS.items():
        frame = between(f"{month}-01", f"{month}-{end}")
        rows = ask(reader_of(own_reporting), own_reporting, "campaign-values", timeframe=frame)
        for key in rows:
            found.setdefault(key[0], set()).add(month)
    days = send_days(own_reporting, zone)
    expected = {one: {day[:7] for day in sent} & MONTHS.keys() for one, sent in days.items()}
    assert found == {one: sent for one, sent in expected.items() if sent}
    assert len(found) > 5
