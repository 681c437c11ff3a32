"""Who joined and left segments, as the shop's members tell."""

from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

from integration_tests.sandbox.reader import Reader
from klaviyo_sandbox import Sandbox

from .conftest import reader_of
from .report_tools import ask, between

ZONE = ZoneInfo("Europe/Copenhagen")


def joined_days(sandbox: Sandbox, segment: str) -> Counter[str]:
    """Return how many of today's members joined on each local day."""
    members = sandbox.members("segment", segment)
    return Counter(
        str(datetime.fromisoformat(when).astimezone(ZONE).date()) for when in members.values()
    )


def test_members_are_those_of_the_segment(reporter: Reader, reporting: Sandbox) -> None:
    frame = between("2026-10-01", "2026-11-24")
    rows = ask(reporter, reporting, "segment-series", timeframe=frame)
    assert {key[0] for key in rows} == reporting.ids("segment")
    changes = 0
    for (segment,), row in rows.items():
        joined = joined_days(reporting, segment)
        assert row["total_members"][-1] == sum(joined.values())
        before = sum(count for day, count in joined.items() if day < "2026-10-01")
        running = before
        pairs = zip(row["net_members_changed"], row["total_members"], strict=True)
        for net, total in pairs:
            running += net
            assert total == running
        assert row["net_members_changed"][0] == joined["2026-10-01"]
        assert [
            added - removed
            for added, removed in zip(row["members_added"], row["members_removed"], strict=True)
        ] == row["net_members_changed"]
        changes += sum(row["members_removed"])
    assert changes


def test_those_who_leave_stay_in_the_past(changing: Sandbox) -> None:
    reader = reader_of(changing)
    frame = between("2026-10-01", "2026-11-24")
    segment = max(changing.ids("segment"), key=lambda one: len(changing.members("segment", one)))
    before = ask(reader, changing, "segment-series", timeframe=frame)[(segment,)]
    leaving = sorted(changing.members("segment", segment))[:3]
    changing.leave("segment", segment, leaving)
    after = ask(reader, changing, "segment-series", timeframe=frame)[(segment,)]
    assert after["total_members"][:-1] == before["total_members"][:-1]
    assert after["total_members"][-1] == before["total_members"][-1] - 3
    assert after["members_added"] == before["members_added"]
    assert after["members_removed"][-1] == before["members_removed"][-1] + 3
    changing.join("segment", segment, leaving[:1])
    again = ask(reader, changing, "segment-series", timeframe=frame)[(segment,)]
    assert again["members_added"][-1] == after["members_added"][-1] + 1
    assert again["total_members"][-1] == after["total_members"][-1] + 1
