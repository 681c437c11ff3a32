"""Numbers of past days go on changing."""

import pytest

from klaviyo_sandbox import ControlError, Sandbox, Settings

from .conftest import reader_of
from .report_tools import ask, between

DAY = 86_400
SENT = "2026-11-20"


def total(sandbox: Sandbox, count: str, day: str, name: str = "flow-values") -> float:
    rows = ask(reader_of(sandbox), sandbox, name, timeframe=between(day, day))
    return float(sum(row[count] for row in rows.values()))


def test_opens_come_in_for_two_days_and_conversions_for_five() -> None:
    now = f"{SENT}T23:05:00+00:00"
    settings = Settings(events=0, profiles=0, flows=240, now=now, limits=False)
    names = ("recipients", "opens", "conversions")
    with Sandbox.start(settings) as sandbox:
        seen = [[total(sandbox, name, SENT) for name in names]]
        for _ in range(12):
            sandbox.advance(DAY / 2)
            seen.append([total(sandbox, name, SENT) for name in names])
    recipients, opens, conversions = zip(*seen, strict=True)
    assert len(set(recipients)) == 1
    assert len(set(opens[:4])) > 2
    assert len(set(opens[4:])) == 1
    assert list(conversions) == sorted(conversions)
    assert len(set(conversions[:10])) > 8
    assert len(set(conversions[10:])) == 1


def test_the_current_day_fills_up_at_full_hours(changing: Sandbox) -> None:
    today = "2026-11-24"
    seen = [total(changing, "recipients", today)]
    for seconds in (3_200, 400, 3_600, DAY):
        changing.advance(seconds)
        seen.append(total(changing, "recipients", today))
    assert seen[0] == seen[1] < seen[2] < seen[3] < seen[4]
    assert total(changing, "recipients", "2026-11-26") == 0


@pytest.mark.parametrize("day", ["2026-11-23", "2026-10-26"])
def test_a_test_can_add_to_a_day(day: str, own_reporting: Sandbox) -> None:
    message = next(
        one["relationships"]["campaign-messages"]["data"][0]["id"]
        for one in own_reporting.documents("campaign")
        if one["attributes"]["send_time"]
    )
    version = next(
        one["id"]
        for one in own_reporting.documents("form-version")
        if one["attributes"]["status"] == "live"
    )
    flows = ask(reader_of(own_reporting), own_reporting, "flow-values", timeframe=between(day, day))
    for name, row_id, count, amount in (
        ("flow-values", min(key[1] for key in flows), "conversions", 3),
        ("campaign-values", message, "opens", 5),
        ("form-values", version, "submits", 4),
        ("segment-values", min(own_reporting.ids("segment")), "members_added", 2),
    ):
        before = total(own_reporting, count, day, name)
        own_reporting.reports.change(row_id, day, count, amount)
        assert total(own_reporting, count, day, name) == before + amount


def test_only_what_is_counted_can_be_added_to(own_reporting: Sandbox) -> None:
    with pytest.raises(ControlError, match="open_rate is not counted"):
        own_reporting.reports.change("any", "2026-10-30", "open_rate", 1)
