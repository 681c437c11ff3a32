"""Campaign numbers belong to the day of the send."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from klaviyo_sandbox import Sandbox

from .conftest import reader_of
from .report_tools import ask, between, near

HOURS = {"throttled": 5, "smart_send_time": 24}
ZONES = ("Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu", "Europe/Copenhagen")


def send_days(sandbox: Sandbox, zone: str) -> dict[str, set[str]]:
    """Return the local days on which each campaign went out, worked out from its own record."""
    found = {}
    for one in sandbox.documents("campaign"):
        sent = one["attributes"]["send_time"]
        if sent:
            first = datetime.fromisoformat(sent)
            hours = HOURS.get(one["attributes"]["send_strategy"]["method"], 1)
            times = [first + timedelta(hours=hour) for hour in range(hours)]
            now = datetime(2026, 11, 24, 12, tzinfo=UTC)
            found[one["id"]] = {
                str(time.astimezone(ZoneInfo(zone)).date()) for time in times if time <= now
            }
    return found


@pytest.mark.parametrize("zone", ZONES)
def test_a_campaign_is_in_the_months_in_which_it_was_sent(
    zone: str, own_reporting: Sandbox
) -> None:
    own_reporting.update("account", own_reporting.ids("account"), {"timezone": zone})
    reader = reader_of(own_reporting)
    days = send_days(own_reporting, zone)
    found: dict[str, set[str]] = {}
    for month, end in (("2026-08", 31), ("2026-09", 30), ("2026-10", 31)):
        frame = between(f"{month}-01", f"{month}-{end}")
        for key in ask(reader, own_reporting, "campaign-values", timeframe=frame):
            found.setdefault(key[0], set()).add(month)
    months = ("2026-08", "2026-09", "2026-10")
    expected = {one: {day[:7] for day in sent} & set(months) for one, sent in days.items()}
    assert found == {one: sent for one, sent in expected.items() if sent}
    assert len(found) > 5


def test_each_send_is_on_one_day(own_reporting: Sandbox) -> None:
    own_reporting.update("account", own_reporting.ids("account"), {"timezone": ZONES[0]})
    reader = reader_of(own_reporting)
    days = send_days(own_reporting, ZONES[0])
    campaign, sent = next((one, sent) for one, sent in days.items() if len(sent) == 2)
    first, second = sorted(sent)

    def recipients(start: str, end: str) -> float:
        rows = ask(reader, own_reporting, "campaign-values", timeframe=between(start, end))
        return float(sum(row["recipients"] for key, row in rows.items() if key[0] == campaign))

    both = recipients(first, second)
    assert 0 < recipients(first, first) < both
    assert recipients(first, first) + recipients(second, second) == near(both)
    early = str(datetime.fromisoformat(first).date() - timedelta(days=1))
    assert recipients(early, early) == 0


def test_groups(own_reporting: Sandbox) -> None:
    reader = reader_of(own_reporting)
    frame = between("2026-01-01", "2026-11-24")
    names = ["campaign_id", "campaign_message_id", "variation", "tag_id", "send_channel"]
    split = ask(reader, own_reporting, "campaign-values", timeframe=frame, group_by=names)
    whole = ask(reader, own_reporting, "campaign-values", timeframe=frame)
    assert len(split) > len(whole)
    for message in {key[1] for key in whole}:
        parts = sum(row["opens"] for key, row in split.items() if key[1] == message)
        assert parts == sum(row["opens"] for key, row in whole.items() if key[1] == message)
    assert {key[2] for key in whole} == {"email", "sms", "push-notification"}
