"""The numbers of reports agree with the truth that the sandbox tells, and with each other."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from integration_tests.sandbox.reader import Json, Reader
from klaviyo_sandbox import Sandbox, Settings

from .conftest import reader_of
from .report_tools import COUNTED, NOW, REPORTS, SERIES, TODAY, ask, asking, between, last

ZONES = ("Europe/Copenhagen", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Asia/Kathmandu")
MONTH = (date(2026, 10, 1), date(2026, 10, 31))
"""A month in which clocks change in Copenhagen."""
FIRST = date(2026, 7, 1)


@pytest.fixture(scope="module", params=ZONES)
def local(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A shop in each of the timezones."""
    settings = Settings(events=50, profiles=300, now=NOW, timezone=request.param, limits=False)
    with Sandbox.start(settings) as sandbox:
        yield sandbox


@pytest.mark.parametrize("name", SERIES)
def test_a_month_is_the_sum_of_its_days(name: str, local: Sandbox) -> None:
    kind = name.removesuffix("-series")
    days = ask(reader_of(local), local, name, timeframe=between(*MONTH))
    month = ask(reader_of(local), local, f"{kind}-values", timeframe=between(*MONTH))
    assert month
    assert days.keys() == month.keys()
    for statistic in COUNTED[kind]:
        assert any(values[statistic] for values in month.values()), statistic
        for key, values in month.items():
            assert len(days[key][statistic]) == 31
            assert sum(days[key][statistic]) == pytest.approx(values[statistic])


def test_some_days_start_at_one_o_clock(changing: Sandbox) -> None:
    changing.update("account", changing.ids("account"), {"timezone": "Asia/Beirut"})
    asked = asking("form-series", changing, timeframe=between("2026-03-28", "2026-03-30"))
    answer = reader_of(changing).report("form-series", **asked)
    dates = answer.document["data"]["attributes"]["date_times"]
    assert [date[:13] for date in dates] == ["2026-03-28T00", "2026-03-29T01", "2026-03-30T00"]


def truth(sandbox: Sandbox, name: str, asked: Json) -> dict[tuple[str, ...], Json]:
    """Return the rows that the sandbox expects, by date and groupings."""
    metric = str(asked.get("conversion_metric_id", ""))
    rows = sandbox.reports.rows(name, str(FIRST), str(TODAY), conversion_metric_id=metric)
    return {(row.date, *map(str, row.groupings.values())): row.statistics for row in rows}


@pytest.mark.parametrize("name", sorted(REPORTS))
def test_answers_are_the_truth(name: str, reporter: Reader, reporting: Sandbox) -> None:
    found: dict[tuple[str, ...], Json] = {}
    start = FIRST
    while start <= TODAY:
        end = min(TODAY, start + timedelta(days=59)) if name in SERIES else TODAY
        rows = ask(reporter, reporting, name, timeframe=between(start, end))
        for key, row in rows.items():
            if name not in SERIES:
                found[(str(start), *key)] = row
                continue
            for place in range((end - start).days + 1):
                values = {statistic: numbers[place] for statistic, numbers in row.items()}
                if any(values.values()):
                    found[(str(start + timedelta(days=place)), *key)] = values
        start = end + timedelta(days=1)
    assert len(found) > 5
    assert found == truth(reporting, name, asking(name, reporting))


@pytest.mark.parametrize("name", ["flow-values", "campaign-values"])
def test_rates_come_from_counts(name: str, reporter: Reader, reporting: Sandbox) -> None:
    rows = ask(reporter, reporting, name, timeframe=last(300)).values()
    assert len(rows) > 10
    for row in rows:
        assert row["delivered"] == row["recipients"] - row["bounced"] - row["failed"]
        assert row["open_rate"] * row["delivered"] == pytest.approx(row["opens_unique"])
        assert row["conversion_rate"] * row["delivered"] == pytest.approx(row["conversion_uniques"])
        assert row["average_order_value"] * row["conversions"] == pytest.approx(
            row["conversion_value"]
        )
        assert row["opens_unique"] <= row["opens"]
        assert row["conversion_uniques"] <= row["conversions"]
        is_texted = row["message_segment_count_sum"] > 0
        assert (row["text_message_roi"] is not None) == (row["text_message_spend"] > 0) == is_texted
    assert any(row["text_message_spend"] for row in rows)


def test_people_of_a_month_are_less_than_those_of_its_days(
    reporter: Reader, reporting: Sandbox
) -> None:
    days = ask(reporter, reporting, "flow-series", timeframe=between(*MONTH))
    month = ask(reporter, reporting, "flow-values", timeframe=between(*MONTH))
    opened = {key: values for key, values in month.items() if values["opens_unique"] > 30}
    assert opened
    for key, values in opened.items():
        series = days[key]["opens_unique"]
        assert max(series) <= values["opens_unique"] < sum(series)


@pytest.mark.parametrize(
    ("name", "whole", "part", "counted"),
    [
        ("flow-values", ["flow_id", "flow_message_id"], "variation", "opens_unique"),
        ("campaign-values", ["campaign_id", "campaign_message_id"], "variation", "opens"),
        ("form-values", ["form_id"], "form_version_id", "submits"),
    ],
)
def test_parts_add_up(
    name: str, whole: list[str], part: str, counted: str, reporter: Reader, reporting: Sandbox
) -> None:
    rows = ask(reporter, reporting, name, timeframe=last(200), group_by=whole)
    parts = ask(reporter, reporting, name, timeframe=last(200), group_by=[*whole, part])
    assert len(parts) > len(rows) > 2
    for key, row in rows.items():
        assert row[counted] == sum(
            values[counted] for own, values in parts.items() if own[:-1] == key
        )


def test_segments_have_the_members_that_the_shop_holds(
    reporter: Reader, reporting: Sandbox
) -> None:
    rows = ask(reporter, reporting, "segment-series", timeframe=between(*MONTH))
    assert {key[0] for key in rows} == reporting.ids("segment")
    for (segment,), row in rows.items():
        joined = Counter(
            datetime.fromisoformat(when).astimezone(ZoneInfo(ZONES[0])).date()
            for when in reporting.members("segment", segment).values()
        )
        running = sum(count for day, count in joined.items() if day < MONTH[0])
        for place, total in enumerate(row["total_members"]):
            change = row["members_added"][place] - row["members_removed"][place]
            assert change == row["net_members_changed"][place]
            running += change
            assert total == running
    assert any(sum(row["members_removed"]) for row in rows.values())
