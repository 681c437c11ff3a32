"""What every report declares is what Klaviyo's specification says of its endpoint."""

import json
from zoneinfo import ZoneInfo

import pytest

from klaviyo_sandbox.spec import REVISION, Report, load_spec
from source_klaviyo.api.auth import api_key
from source_klaviyo.api.client import Client
from source_klaviyo.config.dimensions import DIMENSIONS
from source_klaviyo.protocol import Window
from source_klaviyo.reports.account import Account
from source_klaviyo.reports.days import DAY, Timezone, day_of
from source_klaviyo.reports.metric_aggregates import MetricAggregates, dimension_key
from source_klaviyo.reports.report_stream import ReportStream
from tools.generate_schemas import FOLDER, file_name
from unit_tests.kinds import REPORTS

each_report = pytest.mark.parametrize("stream", REPORTS, ids=lambda stream: stream.__name__)


class Known(Account):
    """An account of which everything is known."""

    def __init__(self) -> None:
        """Ask nothing."""

    timezone = Timezone(ZoneInfo("America/New_York"))
    conversion_metrics: tuple[str, ...] = ("Abc123",)
    conversion_candidates: tuple[str, ...] = ()
    aggregated_metrics = ("Abc123", "Def456")
    aggregated_by = ("$attributed_flow", "Bounce Type")
    first_day = day_of("2026-01-15")
    first_day_of_events = day_of("2025-01-15")


def made(stream: type[ReportStream]) -> ReportStream:
    report = stream(Client("https://a.klaviyo.com", api_key("pk")))
    report.account = Known()
    report.find_partitions()
    return report


def spec_of(stream: type[ReportStream]) -> Report:
    return load_spec(REVISION).reports[f"/api/{stream.endpoint}"]


def attributes_of(stream: type[ReportStream], *, cursor: str | None = None) -> dict[str, object]:
    report = made(stream)
    window = Window(day_of("2026-10-20"), day_of("2026-11-25"))
    body = json.loads(json.dumps(report.body(report.partitions[0], window, cursor)))
    assert body["data"]["type"] == spec_of(stream).type
    attributes: dict[str, object] = body["data"]["attributes"]
    return attributes


def test_every_report_of_the_specification_is_a_stream() -> None:
    assert {f"/api/{stream.endpoint}" for stream in REPORTS} == load_spec(REVISION).reports.keys()


@each_report
def test_it_is_declared_as_specified(stream: type[ReportStream]) -> None:
    told = spec_of(stream)
    assert stream.limit.windows == told.windows
    assert set(told.scopes) <= set(stream.scopes)
    assert set(stream.scopes) - set(told.scopes) <= {"metrics:read"}
    assert sorted(stream.statistics) == sorted(told.statistics)
    assert (stream.metric_key is not None) == any("metric_id" in name for name in told.required)
    assert set(stream.groupings) >= set(told.group_by.required)
    assert set(stream.groupings) <= set(told.group_by.allowed) or not told.group_by.allowed
    if told.since:
        assert stream.first_day_ever == day_of(told.since.isoformat())


@each_report
def test_its_body_has_what_is_required_and_nothing_unknown(stream: type[ReportStream]) -> None:
    told = spec_of(stream)
    attributes = attributes_of(stream)
    assert set(told.required) <= attributes.keys() <= told.body
    asked = attributes.get("statistics", attributes.get("measurements"))
    assert isinstance(asked, list)
    assert sorted(asked) == sorted(told.statistics)


@each_report
def test_a_call_asks_for_no_more_days_than_are_served(stream: type[ReportStream]) -> None:
    told = spec_of(stream)
    whole = Window(day_of("2024-01-15"), day_of("2026-11-25"))
    longest = max((each.hi - each.lo) // DAY for each in stream.period.calls(whole))
    wider = 3 if stream is MetricAggregates else 0
    assert longest + wider <= min([told.interval_days.get("daily", 365), 365])


@each_report
def test_a_timeframe_has_no_offset(stream: type[ReportStream]) -> None:
    attributes = attributes_of(stream)
    if stream is MetricAggregates:
        assert attributes["filter"] == [
            "greater-or-equal(datetime,2026-10-19T00:00:00)",
            "less-than(datetime,2026-11-26T00:00:00)",
        ]
        assert attributes["timezone"] == "America/New_York"
    else:
        assert attributes["timeframe"] == {
            "start": "2026-10-20T00:00:00",
            "end": "2026-11-24T23:59:59",
        }


@each_report
def test_a_page_cursor_goes_where_it_belongs(stream: type[ReportStream]) -> None:
    where = spec_of(stream).page_cursor
    parameters = made(stream).parameters_after("next")
    if where == "body":
        assert attributes_of(stream, cursor="next")["page_cursor"] == "next"
        assert parameters == {}
    elif where == "query":
        assert parameters == {"page_cursor": "next"}
        assert attributes_of(stream, cursor="next") == attributes_of(stream)


@each_report
def test_its_schema_has_all_of_a_row(stream: type[ReportStream]) -> None:
    schema = json.loads((FOLDER / file_name(stream)).read_text(encoding="utf-8"))
    properties = schema["properties"]
    assert properties["date"] == {"type": "string", "format": "date"}
    periods = {"period_start", "period_end"} if made(stream).counts_periods else set()
    shown = {stream.statistic_keys.get(name, name) for name in stream.statistics}
    assert properties.keys() == {*stream.keys, *shown} | periods
    for name in shown:
        assert properties[name]["type"] == ["null", "number"]
    for name in stream.groupings:
        assert properties[name]["type"] == "string", "no part of a key is ever null"


def test_metric_aggregates_can_be_split_by_what_is_specified() -> None:
    assert sorted(DIMENSIONS) == sorted(spec_of(MetricAggregates).by)
    keys = [dimension_key(name) for name in DIMENSIONS]
    assert len(keys) == len(set(keys))
    assert not {*keys} & {*MetricAggregates.statistics, *MetricAggregates.keys}
    report = made(MetricAggregates)
    assert report.primary_key == ["date", "metric_id", "attributed_flow", "bounce_type"]
    assert {"attributed_flow", "bounce_type"} <= report.get_json_schema()["properties"].keys()
    assert attributes_of(MetricAggregates)["by"] == ["$attributed_flow", "Bounce Type"]
