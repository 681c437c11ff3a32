"""Every report has every number that the shop's truth has, by day and by month, in any timezone."""

import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from jsonschema import Draft7Validator

from integration_tests.quirks.reading import Outcome, read
from integration_tests.reports.syncs import REPORTS, SHOP, Json
from klaviyo_sandbox import Sandbox, Settings
from source_klaviyo.api.auth import api_key
from source_klaviyo.api.client import Client

pytestmark = pytest.mark.calendar

ZONES: Final = ["America/New_York", "Pacific/Kiritimati", "Asia/Kathmandu"]
"""One west of Greenwich whose clock changes, +14, +5:45."""

SERIES: Final = sorted(name for name in REPORTS if "_series_" in name)
VALUES: Final = sorted(name for name in REPORTS if "_values_" in name)


@dataclass(frozen=True)
class Read:
    """A first sync of all reports, from `start`, in the midst of a month, to `today`."""

    shop: Sandbox
    zone: ZoneInfo
    today: date
    start: date
    outcome: Outcome

    def records(self, stream: str) -> list[Json]:
        """Return the rows of days, or periods, that are over: the current one still changes."""
        found = self.outcome.records[stream]
        assert found
        return [record for record in found if not self._is_current(record)]

    def _is_current(self, record: Json) -> bool:
        last = date.fromisoformat(_last_day(record))
        return last >= self.today

    def conversion_metric(self) -> str:
        (metric,) = {
            record["conversion_metric_id"] for record in self.outcome.records["flow_series_reports"]
        }
        return str(metric)


@pytest.fixture(scope="module", params=ZONES)
def done(request: pytest.FixtureRequest) -> Iterator[Read]:
    zone = ZoneInfo(request.param)
    with Sandbox.start(Settings(**SHOP, timezone=request.param, report_page_size=3)) as shop:
        shop.limits.grant_plenty()
        today = datetime.fromtimestamp(time.time(), zone).date()
        start = months_before(today, 9).replace(day=20)
        # Its first second in the account, wherever that is.
        midnight = datetime.combine(start, datetime.min.time(), zone)
        outcome = read(shop, sorted(REPORTS), start_date=midnight.isoformat())
        assert not outcome.failures
        yield Read(shop, zone, today, start, outcome)


def months_before(day: date, count: int) -> date:
    """Return the first day of the month so many before that of `day`."""
    years, month = divmod(day.year * 12 + day.month - 1 - count, 12)
    return date(years, month + 1, 1)


def _last_day(record: Json) -> str:
    return str(record.get("period_end") or record["date"])


def truth(done: Read, stream: str, start: str, end: str) -> dict[tuple[str, ...], Json]:
    """Return the rows that there are in truth, by day and groups."""
    kind = REPORTS[stream]
    metric = done.conversion_metric() if kind.metric_key else ""
    rows = done.shop.reports.rows(
        kind.endpoint.removesuffix("-reports"),
        start,
        end,
        conversion_metric_id=metric,
        group_by=kind.groupings if kind.is_grouped_on_request else (),
    )
    found = {
        (row.date, *(str(row.groupings[name] or "") for name in kind.groupings)): row.statistics
        for row in rows
    }
    assert len(found) == len(rows)
    return found


def shown(stream: str, records: list[Json]) -> dict[tuple[str, ...], Json]:
    """Return the rows that were read and are not all zero, by day and groups."""
    kind = REPORTS[stream]
    return {
        (record["date"], *(str(record[name]) for name in kind.groupings)): numbers
        for record in records
        if any((numbers := {name: record[name] for name in kind.statistics}).values())
    }


@pytest.mark.parametrize("stream", SERIES)
def test_days_are_those_of_the_truth(done: Read, stream: str) -> None:
    yesterday = done.today - timedelta(days=1)
    expected = truth(done, stream, str(done.start), str(yesterday))
    found = shown(stream, done.records(stream))
    assert len({day for day, *_ in found}) > 50
    assert found.keys() == expected.keys()
    assert found == expected


@pytest.mark.parametrize("stream", VALUES)
def test_periods_are_calendar_months_and_those_of_the_truth(done: Read, stream: str) -> None:
    by_month = defaultdict(list)
    for record in done.records(stream):
        by_month[record["period_start"], record["period_end"]].append(record)
    firsts = [months_before(done.today, count) for count in range(9, -1, -1)]
    whole = [
        (max(done.start, first), following - timedelta(days=1))
        for first, following in pairwise(firsts)
    ]
    assert by_month.keys() <= {(str(start), str(end)) for start, end in whole}
    for start, end in whole:
        records = by_month[str(start), str(end)]
        assert {record["date"] for record in records} <= {str(start)}
        assert shown(stream, records) == truth(done, stream, str(start), str(end))


@pytest.mark.parametrize("stream", VALUES)
def test_the_current_period_is_cut_at_today(done: Read, stream: str) -> None:
    current = [
        record
        for record in done.outcome.records[stream]
        if date.fromisoformat(record["period_end"]) >= done.today - timedelta(days=1)
    ]
    if not stream.startswith("campaign"):  # none may have been sent this month
        assert current
    for record in current:
        assert record["date"] == record["period_start"] == record["period_end"][:8] + "01"


def test_aggregates_are_those_of_the_truth(done: Read) -> None:
    yesterday = (done.today - timedelta(days=1)).isoformat()
    found = {
        (record["metric_id"], record["date"]): (record["count"], record["unique_profiles"])
        for record in done.records("metric_aggregates")
        if record["count"]
    }
    sums = {
        (record["metric_id"], record["date"]): record["sum_value"]
        for record in done.records("metric_aggregates")
        if record["count"]
    }
    expected, values = {}, {}
    for metric in done.shop.ids("metric"):
        for row in done.shop.reports.aggregates(metric, str(done.start), yesterday):
            expected[metric, row.date] = row.count, row.unique
            values[metric, row.date] = pytest.approx(row.sum_value)
    assert len(found) > 50
    assert found == expected
    assert sums == values


def test_a_day_on_which_the_clock_changes_is_one_row(done: Read) -> None:
    midnights = [
        datetime.combine(done.start + timedelta(days=count), datetime.min.time(), done.zone)
        for count in range((done.today - done.start).days + 1)
    ]
    changes = {
        str(before.date())
        for before, after in pairwise(midnights)
        if before.utcoffset() != after.utcoffset()
    }
    assert bool(changes) == (done.zone.key == "America/New_York")
    for stream in (*SERIES, "metric_aggregates"):
        named = done.outcome.keys(stream)
        assert len(named) == len(set(named))
        assert {record["date"] for record in done.outcome.records[stream]} >= changes


def test_every_record_is_as_its_schema_says(done: Read) -> None:
    for stream, kind in REPORTS.items():
        schema = kind(Client("https://a.klaviyo.com", api_key("pk")))
        schema.account = NoDimensions()  # type: ignore[assignment]
        found = schema.get_json_schema()
        validator = Draft7Validator(found)
        assert done.outcome.records[stream]
        for record in done.outcome.records[stream]:
            assert record.keys() == found["properties"].keys()
        for record in done.outcome.records[stream][:50]:
            validator.validate(record)


class NoDimensions:
    """As much of an account as a schema needs."""

    aggregated_by = ()
