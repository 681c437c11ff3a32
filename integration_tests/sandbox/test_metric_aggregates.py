"""Metric aggregates are the events of the shop, counted."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from urllib.parse import unquote
from zoneinfo import ZoneInfo

import pytest

from integration_tests.sandbox.reader import Answer, Json, Reader
from klaviyo_sandbox import Sandbox

from .conftest import reader_of
from .report_tools import metric_id

ADDRESSES = 520
MEASURED = ["count", "unique", "sum_value"]
ZONES = ("UTC", "Europe/Copenhagen", "Pacific/Kiritimati", "Pacific/Pago_Pago")


def frame(start: str, end: str) -> list[str]:
    return [f"greater-or-equal(datetime,{start})", f"less-than(datetime,{end})"]


YEAR = frame("2025-11-25T00:00:00", "2026-11-25T00:00:00")


def aggregates(reader: Reader, sandbox: Sandbox, **attributes: object) -> Answer:
    asked = {
        "metric_id": metric_id(sandbox, "Placed Order"),
        "measurements": MEASURED,
        "filter": YEAR,
    }
    return reader.report("metric-aggregate", **(asked | attributes))


def rows(answer: Answer) -> list[Json]:
    assert answer.status == 200, answer.text
    found: list[Json] = answer.document["data"]["attributes"]["data"]
    return found


def dates(answer: Answer) -> list[str]:
    found: list[str] = answer.document["data"]["attributes"]["dates"]
    return found


def days_of(answer: Answer, zone: str) -> list[str]:
    """Return the local days that an answer's dates begin: they are moments in UTC (recorded)."""
    begins = (datetime.fromisoformat(text) for text in dates(answer))
    return [str(begin.astimezone(ZoneInfo(zone)).date()) for begin in begins]


def counted(sandbox: Sandbox, metric: str, zone: str) -> dict[str, tuple[int, int, float]]:
    """Count the events of a metric by local day: how many, of whom, and what they are worth."""
    days: dict[str, list[Json]] = defaultdict(list)
    for one in sandbox.documents("event"):
        if one["relationships"]["metric"]["data"]["id"] == metric:
            when = datetime.fromisoformat(one["attributes"]["datetime"])
            days[str(when.astimezone(ZoneInfo(zone)).date())].append(one)
    return {
        day: (
            len(found),
            len({one["relationships"]["profile"]["data"]["id"] for one in found}),
            sum(one["attributes"]["event_properties"].get("$value", 0) for one in found),
        )
        for day, found in days.items()
    }


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("name", ["Placed Order", "Opened Email", "Loyalty Points Earned"])
def test_a_year_of_days(name: str, zone: str, reporter: Reader, reporting: Sandbox) -> None:
    metric = metric_id(reporting, name)
    answer = aggregates(reporter, reporting, metric_id=metric, timezone=zone)
    (row,) = rows(answer)
    assert row["dimensions"] == []
    expected = counted(reporting, metric, zone)
    first = date(2025, 11, 25)
    days = [str(first + timedelta(days=number)) for number in range(365)]
    assert days_of(answer, zone) == days
    nothing = (0, 0, 0.0)
    known = [expected.get(day, nothing) for day in days]
    assert row["measurements"]["count"] == [count for count, _, _ in known]
    assert row["measurements"]["unique"] == [people for _, people, _ in known]
    assert row["measurements"]["sum_value"] == [pytest.approx(value) for _, _, value in known]
    assert sum(row["measurements"]["count"]) > 20


def test_the_truth_says_the_same(reporter: Reader, reporting: Sandbox) -> None:
    by, zone = ["$attributed_flow"], "Europe/Copenhagen"
    answer = aggregates(reporter, reporting, by=by, timezone=zone)
    metric = metric_id(reporting, "Placed Order")
    truth = reporting.reports.aggregates(metric, "2025-11-25", "2026-11-24", by=by)
    found = {
        (day, *row["dimensions"]): count
        for row in rows(answer)
        for day, count in zip(days_of(answer, zone), row["measurements"]["count"], strict=True)
        if count
    }
    assert found == {(row.date, *row.dimensions): row.count for row in truth}
    assert {row.dimensions[0] for row in truth} > {""}


@pytest.mark.parametrize("name", ["$attributed_flow", "$attributed_message", "$attributed_channel"])
def test_parts_add_up(name: str, reporter: Reader, reporting: Sandbox) -> None:
    (whole,) = rows(aggregates(reporter, reporting))
    parts = rows(aggregates(reporter, reporting, by=[name]))
    assert len(parts) > 2
    columns = zip(*(row["measurements"]["count"] for row in parts), strict=True)
    assert [sum(column) for column in columns] == whole["measurements"]["count"]


def test_properties_are_dimensions(reporter: Reader, reporting: Sandbox) -> None:
    emails = metric_id(reporting, "Opened Email")
    parts = rows(aggregates(reporter, reporting, metric_id=emails, by=["Client Name", "$flow"]))
    assert {row["dimensions"][0] for row in parts} >= {"Apple Mail"}
    flows = {row["dimensions"][1] for row in parts} - {""}
    assert flows
    assert flows <= reporting.ids("flow")


@pytest.mark.parametrize(
    ("attribute", "value"),
    [
        ("measurements", ["mean"]),
        ("by", ["colour"]),
        ("interval", "daily"),
        ("page_size", 499),
        ("sort", "-count"),
        *(("timezone", zone) for zone in ("europe/copenhagen", "Factory", "Nowhere/Land")),
        ("filter", YEAR[:1]),
        ("filter", ",".join(YEAR)),
        ("filter", ["greater-than(datetime,2026-01-01T00:00:00)", YEAR[1]]),
        ("filter", frame("2026-02-01T00:00:00", "2026-01-01T00:00:00")),
        ("filter", frame("2025-01-01T00:00:00", "2026-01-01T00:00:01")),
        ("filter", [*YEAR, 'equals(colour,"red")']),
    ],
)
def test_refusals(attribute: str, value: object, reporter: Reader, reporting: Sandbox) -> None:
    refused(aggregates(reporter, reporting, **{attribute: value}), attribute)


def refused(answer: Answer, attribute: str) -> None:
    assert answer.status == 400, answer.text
    assert answer.error["source"]["pointer"] == f"/data/attributes/{attribute}"


def test_metrics_that_are_none(reporter: Reader, reporting: Sandbox) -> None:
    custom = min(reporting.ids("custom-metric"))
    refused(aggregates(reporter, reporting, metric_id=custom), "metric_id")
    assert aggregates(reporter, reporting, metric_id="nobody").status == 404


def test_offsets_count_in_filters(reporter: Reader, reporting: Sandbox) -> None:
    plain, offset = (
        aggregates(reporter, reporting, timezone="America/New_York", filter=frame(start, end))
        for start, end in (
            ("2026-06-01T00:00:00", "2026-07-01T00:00:00"),
            ("2026-06-01T06:00:00+02:00", "2026-07-01T00:00:00-04:00"),
        )
    )
    assert rows(plain) == rows(offset)
    assert dates(plain) == dates(offset)


def test_new_events_are_counted_and_come_in_pages(changing: Sandbox) -> None:
    metric, profile = metric_id(changing, "Survey Answered"), min(changing.ids("profile"))
    for number in range(ADDRESSES):
        changing.put(survey(number, metric, profile))
    reader = reader_of(changing)
    found: list[str] = []
    sizes: list[int] = []
    cursor: dict[str, object] = {}
    while True:
        answer = aggregates(reader, changing, metric_id=metric, by=["URL"], **cursor)
        found += [row["dimensions"][0] for row in rows(answer)]
        sizes.append(len(rows(answer)))
        following = answer.links["next"]
        if following is None:
            break
        cursor = {"page_cursor": unquote(following.partition("page_cursor=")[2])}
    assert sizes[0] == 500
    assert len(sizes) == 2
    assert len(set(found)) == len(found)
    assert set(found) >= {f"https://shop.example/{number}" for number in range(ADDRESSES)}


def survey(number: int, metric: str, profile: str) -> Json:
    """Return an event with an address of its own."""
    when = datetime(2026, 5, 1, 12, tzinfo=UTC) + timedelta(hours=number)
    return {
        "type": "event",
        "id": f"survey{number}",
        "attributes": {
            "timestamp": int(when.timestamp()),
            "event_properties": {"URL": f"https://shop.example/{number}"},
            "datetime": when.isoformat(),
            "uuid": f"survey{number}",
        },
        "relationships": {
            "metric": {"data": {"type": "metric", "id": metric}},
            "profile": {"data": {"type": "profile", "id": profile}},
        },
    }
