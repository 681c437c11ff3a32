"""Numbers of past days go on changing."""

import pytest

from klaviyo_sandbox import ControlError, Sandbox, Settings

from .conftest import reader_of
from .report_tools import NOW, ask, between

DAY = 86_400
SENT = "2026-11-20"


def flows(sandbox: Sandbox, day: str = SENT) -> dict[str, float]:
    """Return what all flow messages of one day come to."""
    rows = ask(reader_of(sandbox), sandbox, "flow-values", timeframe=between(day, day))
    names = ("recipients", "opens", "conversions", "conversion_value")
    return {name: sum(row[name] for row in rows.values()) for name in names}


def test_conversions_come_in_for_five_days_after_a_day() -> None:
    settings = Settings(events=0, profiles=0, now=f"{SENT}T23:05:00+00:00", limits=False)
    with Sandbox.start(settings) as sandbox:
        seen = [flows(sandbox)]
        for _ in range(12):
            sandbox.advance(DAY / 2)
            seen.append(flows(sandbox))
    conversions = [numbers["conversions"] for numbers in seen]
    assert conversions == sorted(conversions)
    assert len(set(conversions[:10])) > 8
    assert conversions[10:] == [conversions[10]] * 3
    assert len({numbers["opens"] for numbers in seen[:4]}) > 2
    assert len({numbers["opens"] for numbers in seen[4:]}) == 1
    assert len({numbers["recipients"] for numbers in seen}) == 1


def test_the_current_day_fills_up_hour_by_hour(changing: Sandbox) -> None:
    today = "2026-11-24"
    seen = []
    for _ in range(3):
        seen.append(flows(changing, today))
        changing.advance(3_600)
    assert seen[0]["recipients"] < seen[1]["recipients"] < seen[2]["recipients"]
    changing.advance(DAY)
    assert flows(changing, today)["recipients"] > seen[2]["recipients"]


def test_nothing_happens_in_the_future(changing: Sandbox) -> None:
    assert not ask(
        reader_of(changing), changing, "flow-values", timeframe=between("2026-11-25", "2026-11-30")
    )
    rows = ask(
        reader_of(changing), changing, "flow-series", timeframe=between("2026-11-23", "2026-11-26")
    )
    assert rows
    for row in rows.values():
        assert row["recipients"][2:] == [0, 0]


def test_nothing_moves_within_an_hour(changing: Sandbox) -> None:
    first = flows(changing, "2026-11-24")
    changing.advance(3_200)
    assert flows(changing, "2026-11-24") == first


@pytest.mark.parametrize("day", ["2026-11-23", "2026-11-19", "2026-10-26"])
def test_a_test_can_add_to_a_day(day: str, changing: Sandbox) -> None:
    message = min(
        ask(reader_of(changing), changing, "flow-values", timeframe=between(day, day)),
        key=lambda key: key[1],
    )[1]
    before = flows(changing, day)
    changing.reports.change(message, day, "conversions", 3)
    after = flows(changing, day)
    assert after == before | {"conversions": before["conversions"] + 3}
    changing.reports.change(message, day, "conversions", -3)
    assert flows(changing, day) == before


def test_campaigns_forms_and_segments_change_as_well(changing: Sandbox) -> None:
    day = "2026-10-30"
    message = next(
        one["relationships"]["campaign-messages"]["data"][0]["id"]
        for one in changing.documents("campaign")
        if one["attributes"]["send_time"]
    )
    version = next(
        one["id"]
        for one in changing.documents("form-version")
        if one["attributes"]["status"] == "live"
    )
    for name, row_id, count, amount in (
        ("campaign-values", message, "opens", 5),
        ("form-values", version, "submits", 4),
        ("segment-values", min(changing.ids("segment")), "members_added", 2),
    ):
        before = total(changing, name, day, count)
        changing.reports.change(row_id, day, count, amount)
        assert total(changing, name, day, count) == before + amount


def total(sandbox: Sandbox, name: str, day: str, count: str) -> float:
    rows = ask(reader_of(sandbox), sandbox, name, timeframe=between(day, day))
    return float(sum(row[count] for row in rows.values()))


def test_only_what_is_counted_can_be_added_to(changing: Sandbox) -> None:
    with pytest.raises(ControlError, match="open_rate is not counted"):
        changing.reports.change("any", "2026-10-30", "open_rate", 1)


def test_the_same_seed_gives_the_same_numbers(changing: Sandbox) -> None:
    with Sandbox.start(Settings(events=200, profiles=120, now=NOW, limits=False)) as other:
        assert flows(other) == flows(changing)
