"""From states and settings to what is read of reports in a sync."""

from typing import Any

import pytest
from airbyte_cdk.models import (
    AirbyteStream,
    ConfiguredAirbyteStream,
    DestinationSyncMode,
    SyncMode,
)

from source_klaviyo.api.auth import api_key
from source_klaviyo.api.client import Client
from source_klaviyo.config import Config
from source_klaviyo.errors import ConfigError
from source_klaviyo.reports.days import DAY, day_of
from source_klaviyo.reports.job import ReportJob
from source_klaviyo.reports.metric_aggregates import MetricAggregates
from source_klaviyo.reports.plan import ReportPlan
from source_klaviyo.reports.report_stream import ReportStream
from source_klaviyo.reports.streams import FlowSeriesReports, FormSeriesReports
from unit_tests.kinds import REPORTS
from unit_tests.test_report_declarations import Known

BEGAN = day_of("2026-11-24") + DAY // 2
CLIENT = Client("https://a.klaviyo.com", api_key("pk"))


class Undecided(Known):
    """An account of which nobody knows what it counts as conversions."""

    conversion_metrics = ("first",)
    conversion_candidates = ("first", "second", "third")


def planned(
    *streams: type[ReportStream],
    states: dict[str, dict[str, Any]] | None = None,
    account: Known | None = None,
    mode: SyncMode = SyncMode.incremental,
    **settings: object,
) -> list[ReportJob]:
    plan = ReportPlan(
        Client("https://a.klaviyo.com", api_key("pk")),
        Config.parse({"api_key": "pk_a1b2c3", **settings}),
        BEGAN,
    )
    jobs = []
    for kind in streams:
        stream = kind(CLIENT)
        stream.account = account or Known()
        configured = ConfiguredAirbyteStream(
            AirbyteStream(stream.name, {}, [SyncMode.full_refresh, SyncMode.incremental]),
            mode,
            DestinationSyncMode.append_dedup,
        )
        state = (states or {}).get(stream.name, {})
        jobs.append(plan.job(stream, configured, state, lambda records: records))
    plan.choose_windows()
    return jobs


def calls(job: ReportJob) -> int:
    return sum(map(len, job.due.values()))


def test_all_reports_together_fit_into_a_day() -> None:
    jobs = planned(*REPORTS)
    daily = [job for job in jobs if job.states_at_once]
    assert len(daily) == 7
    assert sum(map(calls, daily)) == 3 * 6 + 4 * 11  # 314 days of eleven months


def test_a_full_refresh_reads_everything_whatever_the_quota() -> None:
    (job,) = planned(FormSeriesReports, mode=SyncMode.full_refresh, quota_share=0.1)
    assert calls(job) == 6
    assert not job.keeps_state


def test_the_settling_time_is_the_users_under_either_name() -> None:
    assert planned(FormSeriesReports)[0].settling.seconds == 30 * DAY
    given = planned(FormSeriesReports, report_settling_days=7, reporting_lookback_window=90)
    assert given[0].settling.seconds == 7 * DAY
    older = planned(FormSeriesReports, reporting_lookback_window=90)
    assert older[0].settling.seconds == 90 * DAY


def test_the_first_metric_that_is_not_refused_is_taken() -> None:
    (job,) = planned(FlowSeriesReports, account=Undecided())
    assert list(job.partitions) == [{"conversion_metric_id": "first"}]
    refused = "2026-11-20T00:00:00+00:00"
    state = {
        "states": [
            {
                "partition": {"conversion_metric_id": ["first", "second"]},
                "cursor": {"refused": refused},
            }
        ],
        "timezone": "America/New_York",
        "version": 1,
    }
    (job,) = planned(FlowSeriesReports, account=Undecided(), states={"flow_series_reports": state})
    assert list(job.partitions) == [{"conversion_metric_id": "third"}]
    assert calls(job) > 0


@pytest.mark.parametrize(
    ("changed", "anew"),
    [({}, False), ({"timezone": "UTC"}, True), ({"by": ["List"]}, True)],
    ids=["as it was", "another timezone", "other dimensions"],
)
def test_what_changes_the_rows_has_all_read_anew(
    caplog: pytest.LogCaptureFixture, changed: dict[str, Any], *, anew: bool
) -> None:
    settled = {"settled": [["2025-01-01", "2026-10-01"]]}
    state = {
        "states": [{"partition": {"metric_id": ["Abc123", "Def456"]}, "cursor": settled}],
        "timezone": "America/New_York",
        "by": list(Known.aggregated_by),
        "version": 1,
        **changed,
    }
    (job,) = planned(MetricAggregates, states={"metric_aggregates": state})
    assert bool(job.memory.states) != anew
    assert any("Reading everything again" in line for line in caplog.messages) == anew


def test_another_connectors_state_is_read_anew_and_garbage_refused(
    caplog: pytest.LogCaptureFixture,
) -> None:
    foreign = {"states": [{"partition": {"m": "x"}, "cursor": {"date": "2026-01-01T00:00:00Z"}}]}
    (job,) = planned(FormSeriesReports, states={"form_series_reports": foreign})
    assert calls(job) == 6
    assert any("Reading everything again" in line for line in caplog.messages)
    for garbage in ({"cursor": 7}, {"states": "none", "version": 1}):
        with pytest.raises(ConfigError, match="form_series_reports"):
            planned(FormSeriesReports, states={"form_series_reports": garbage})


def test_a_report_with_a_quota_of_its_own_leaves_the_others_theirs() -> None:
    spent = {"2026-11-24T11:00:00+00:00": [0, 222]}
    state = {"calls": spent, "quota": "own", "timezone": "America/New_York", "version": 1}
    own = {**state, "states": [{"partition": {}, "cursor": {}}]}
    shared = {key: value for key, value in own.items() if key != "quota"}
    form, flow = planned(FormSeriesReports, FlowSeriesReports, states={"form_series_reports": own})
    assert (calls(flow), calls(form)) == (6, 1)
    form, flow = planned(
        FormSeriesReports, FlowSeriesReports, states={"form_series_reports": shared}
    )
    assert calls(flow) + calls(form) <= 3
