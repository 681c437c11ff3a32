"""Days of an account, and what the answers of reports say of them."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import orjson
import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from source_klaviyo.errors import (
    NotFound,
    PageLost,
    ParameterRefused,
    PartitionRefused,
    UnreadableAnswer,
)
from source_klaviyo.protocol import Page, PageRequest, Window
from source_klaviyo.reports.answer import Wanted, next_cursor, series
from source_klaviyo.reports.collection import ReportCollection
from source_klaviyo.reports.days import DAY, Period, Timezone, date_of, day_of
from source_klaviyo.reports.metric_aggregates import MetricAggregates
from source_klaviyo.reports.report_stream import ReportStream
from source_klaviyo.reports.streams import (
    FlowSeriesReports,
    FlowValuesReports,
    SegmentSeriesReports,
)
from unit_tests.examples import at_least
from unit_tests.test_report_declarations import made

ZONES = sorted(available_timezones() - {"Factory", "localtime"})
zones = st.sampled_from(ZONES).map(lambda name: Timezone(ZoneInfo(name)))
days = st.integers(day_of("2012-01-02") // DAY, day_of("2027-12-31") // DAY).map(DAY.__mul__)


@at_least(300)
@given(zones, days)
def test_a_day_begins_when_the_one_before_is_over(timezone: Timezone, day: int) -> None:
    begins = timezone.begins_at(day)
    assert timezone.day_at(begins) == day
    assert timezone.day_at(begins - 1) == day - DAY


@at_least(300)
@given(zones, days)
def test_a_day_is_known_however_it_is_written(timezone: Timezone, day: int) -> None:
    moment = datetime.fromtimestamp(timezone.begins_at(day), UTC)
    written = [
        f"{date_of(day)}T00:00:00+00:00",
        f"{date_of(day)}T00:00:00",
        moment.isoformat(),
        moment.astimezone(timezone.zone).isoformat(),
    ]
    for text in written:
        body = orjson.dumps({"data": {"attributes": {"results": [], "date_times": [text]}}})
        assert series(body, Wanted((), (), Window(day, day + DAY), timezone)).days == [day]


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:01+14:00", "1"])
def test_a_day_that_cannot_be_is_no_answer(text: str) -> None:
    body = orjson.dumps({"data": {"attributes": {"results": [], "date_times": [text]}}})
    wanted = Wanted((), (), Window(0, DAY), Timezone(ZoneInfo("Pacific/Kiritimati")))
    with pytest.raises(UnreadableAnswer):
        series(body, wanted)


def test_errors_are_no_report_though_it_is_a_200() -> None:
    body = {"data": {"attributes": {"results": []}}, "errors": [{"detail": "shard down"}]}
    with pytest.raises(UnreadableAnswer, match="shard down"):
        next_cursor(orjson.dumps(body))


@given(days, st.integers(1, 1_500), st.sampled_from([Period(), Period(60), Period(363)]))
def test_calls_hold_every_day_once_and_whole_rows(first: int, count: int, period: Period) -> None:
    window = Window(first, first + count * DAY)
    calls = period.calls(window)
    assert calls == sorted(calls, reverse=True)
    held = [day for call in calls for day in range(call.lo, call.hi, DAY)]
    assert sorted(held) == list(range(window.lo, window.hi, DAY))
    for call in calls:
        assert (call.hi - call.lo) // DAY <= (period.longest or 31)
        assert call.lo == max(window.lo, period.first(call.lo))
        assert call.hi == min(window.hi, period.following(call.hi - DAY))


def read(stream: type[ReportStream], body: object, *, lo: str, hi: str) -> Page:
    report = made(stream)
    collection = report.collection([report.collection_view(report.name)])
    response = requests.Response()
    response._content = body if isinstance(body, bytes) else orjson.dumps(body)
    window = Window(day_of(lo), day_of(hi))
    return collection.read(response, PageRequest(report.partitions[0], window, (0,)))


def texts(page: Page) -> list[str]:
    return [b"".join(record).decode() for record in page.extracts[0].records]


GROUPS = {"flow_id": "F", "flow_message_id": "M", "send_channel": "email"}


def test_a_series_is_a_row_for_each_day_asked_for_with_its_numbers_as_they_came() -> None:
    body = (
        b'{"data":{"attributes":{"date_times":["2026-10-31T00:00:00","2026-11-01T00:00:00",'
        b'"2026-11-02T00:00:00"],"results":[{"groupings":{"flow_id":"F","flow_message_id":"M\\"1",'
        b'"send_channel":"email"},"statistics":{"opens":[1,2.50,3e2],"open_rate":[null,'
        b"0.12345678901234567890123]}}]}}}"
    )
    page = read(FlowSeriesReports, body, lo="2026-11-01", hi="2026-11-03")
    first, second = texts(page)
    assert '"date":"2026-11-01"' in first
    assert '"opens":2.50,' in first
    assert '"open_rate":0.12345678901234567890123' in first
    assert '"opens":3e2,' in second
    assert '"open_rate":null' in second, "a column that is too short has nothing"
    rows = [orjson.loads(text) for text in (first, second)]
    for row in rows:
        assert row["conversion_metric_id"] == "Abc123"
        assert row["flow_message_id"] == 'M"1'
        assert row["variation"] == "", "no part of a key is ever null"
        assert row["clicks"] is None
        assert row.keys() == {*FlowSeriesReports.keys, *FlowSeriesReports.statistics}
    assert page.cursors == [day_of("2026-11-01"), day_of("2026-11-02")]
    assert len(set(page.ids)) == 2
    assert page.next is None


def test_values_are_a_row_for_the_period() -> None:
    body = {
        "data": {
            "attributes": {
                "results": [{"groupings": {**GROUPS, "variation": "V"}, "statistics": {"opens": 7}}]
            }
        },
        "links": {"next": "https://a.klaviyo.com/api/flow-values-reports?page_cursor=a%3D%3D"},
    }
    page = read(FlowValuesReports, body, lo="2026-10-20", hi="2026-11-01")
    (row,) = (orjson.loads(text) for text in texts(page))
    assert (row["date"], row["period_start"]) == ("2026-10-20", "2026-10-20")
    assert row["period_end"] == "2026-10-31"
    assert (row["variation"], row["opens"], row["clicks"]) == ("V", 7, None)
    assert page.next == "a=="


def test_aggregates_have_their_dimensions_under_plain_names() -> None:
    body = {
        "data": {
            "attributes": {
                "dates": ["2026-11-01T04:00:00+00:00", "2026-11-02T05:00:00+00:00"],
                "data": [
                    {"dimensions": ["F", ""], "measurements": {"count": [1, 2], "unique": [1, 1]}}
                ],
            }
        }
    }
    page = read(MetricAggregates, body, lo="2026-11-01", hi="2026-11-03")
    first, second = (orjson.loads(text) for text in texts(page))
    assert first == {
        "date": "2026-11-01",
        "metric_id": "Abc123",
        "attributed_flow": "F",
        "bounce_type": "",
        "count": 1,
        "unique_profiles": 1,
        "sum_value": None,
    }
    assert second["date"] == "2026-11-02", "the day on which the clock changed had 25 hours"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'{"data":{}}',
        b'{"data":{"attributes":{"results":[],"date_times":["soon"]}}}',
        b'{"data":{"attributes":{"results":[]}},"links":{"next":"https://a.klaviyo.com/api/?x=1"}}',
    ],
)
def test_what_makes_no_sense_is_no_answer(body: bytes) -> None:
    with pytest.raises(UnreadableAnswer):
        read(SegmentSeriesReports, body, lo="2026-11-01", hi="2026-11-03")


@pytest.mark.parametrize("odd", [None, 7, "x", [], {}])
@pytest.mark.parametrize("place", ["groupings", "statistics", "total_members"])
def test_a_value_of_another_type_costs_the_columns_of_its_group(place: str, odd: object) -> None:
    groups: list[dict[str, Any]] = [
        {"groupings": {"segment_id": name}, "statistics": {"total_members": [7]}} for name in "abc"
    ]
    (groups[1] if place in groups[1] else groups[1]["statistics"])[place] = odd
    results = [groups[0], odd or None, groups[1], groups[2]]
    body = {"data": {"attributes": {"date_times": ["2026-11-01T00:00:00"], "results": results}}}
    rows = texts(read(SegmentSeriesReports, body, lo="2026-11-01", hi="2026-11-02"))
    found = [(row["segment_id"], row["total_members"]) for row in map(orjson.loads, rows)]
    odd_row = ("" if place == "groupings" else "b", 7 if place == "groupings" else None)
    assert found == [("a", 7), odd_row, ("c", 7)]


def test_nan_becomes_null() -> None:
    body = (
        b'{"data":{"attributes":{"date_times":["2026-11-01T00:00:00"],"results":'
        b'[{"groupings":{"segment_id":"S"},"statistics":{"total_members":[NaN]}}]}}}'
    )
    (text,) = texts(read(SegmentSeriesReports, body, lo="2026-11-01", hi="2026-11-02"))
    assert orjson.loads(text)["total_members"] is None


def test_the_next_page_is_told_at_the_top_or_in_the_data() -> None:
    link = {"next": "https://a.klaviyo.com/api/metric-aggregates?page%5Bcursor%5D=b"}
    nothing: dict[str, object] = {"attributes": {}}
    assert next_cursor(orjson.dumps({"data": {**nothing, "links": link}})) == "b"
    assert next_cursor(orjson.dumps({"data": nothing, "links": link})) == "b"
    assert next_cursor(orjson.dumps({"data": nothing, "links": {"next": None}})) is None


@pytest.mark.parametrize(
    ("refused", "token", "meaning"),
    [
        (ParameterRefused("no", None, None, "Metric X does not support it."), None, "metric"),
        (ParameterRefused("no", None, "/data/attributes/metric_id", "Bad."), None, "metric"),
        (NotFound("no metric"), None, "metric"),
        (ParameterRefused("no", None, "/data/attributes/statistics", "Bad."), None, "failure"),
        (ParameterRefused("no", None, "/data/attributes/page_cursor", "Bad."), "t", "page"),
    ],
)
def test_a_refusal_is_of_the_metric_the_page_or_the_whole(
    refused: NotFound | ParameterRefused, token: str | None, meaning: str
) -> None:
    report = made(FlowSeriesReports)
    collection = report.collection([report.collection_view(report.name)])
    assert isinstance(collection, ReportCollection)
    window = Window(day_of("2026-11-01"), day_of("2026-11-02"))
    request = PageRequest(report.partitions[0], window, (0,), token)
    found = collection._meaning(request, refused)
    expected = {"metric": PartitionRefused, "failure": ParameterRefused, "page": PageLost}
    assert type(found) is expected[meaning]
