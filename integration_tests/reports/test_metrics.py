"""Which metrics reports are read for, and what becomes of those that Klaviyo refuses."""

import time
from collections import Counter
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from integration_tests.quirks.reading import read
from integration_tests.reports.syncs import calls, days_ago, state_of
from klaviyo_sandbox import Sandbox

pytestmark = pytest.mark.calendar

VALUES = "flow_values_reports"
SINCE = days_ago(90)


def named(shop: Sandbox, name: str) -> str:
    """Return the id of the metric with that name."""
    found = [each["id"] for each in shop.documents("metric") if each["attributes"]["name"] == name]
    return str(found[0])


def read_for(outcome_records: list[dict[str, str]]) -> set[str]:
    return {record["conversion_metric_id"] for record in outcome_records}


def test_the_default_is_what_the_account_counts_as_revenue(shop: Sandbox) -> None:
    (revenue,) = (each for each in shop.documents("mapped-metric") if each["id"] == "revenue")
    mapped = {
        data["id"]
        for relationship in revenue["relationships"].values()
        if (data := relationship.get("data"))
    }
    outcome = read(shop, [VALUES, "campaign_values_reports"], start_date=SINCE)
    assert mapped
    assert read_for(outcome.records[VALUES]) == mapped
    assert read_for(outcome.records["campaign_values_reports"]) == mapped


def test_metrics_are_chosen_by_id_or_name(shop: Sandbox) -> None:
    order, click = named(shop, "Placed Order"), named(shop, "Clicked Email")
    for chosen in (
        read(shop, [VALUES], start_date=SINCE, conversion_metrics=f"placed order, {click}"),
        read(shop, [VALUES], start_date=SINCE, metric_ids=f"{order},{click}"),
    ):
        assert read_for(chosen.records[VALUES]) == {order, click}
    wrong = read(shop, [VALUES], start_date=SINCE, conversion_metrics="No Such Metric")
    assert "conversion_metrics" in wrong.failures[VALUES]
    assert "No Such Metric" in wrong.failures[VALUES]


def test_without_the_scope_the_setting_is_asked_for(shop: Sandbox) -> None:
    shop.access.add_key("pk_flows", ["flows:read", "accounts:read"])
    refused = read(shop, [VALUES], start_date=SINCE, api_key="pk_flows")
    assert "conversion_metrics" in refused.failures[VALUES]
    order = named(shop, "Placed Order")
    told = read(shop, [VALUES], start_date=SINCE, api_key="pk_flows", conversion_metrics=order)
    assert not told.failures
    assert read_for(told.records[VALUES]) == {order}


def test_a_refused_metric_is_left_out_and_remembered(shop: Sandbox) -> None:
    order, click = named(shop, "Placed Order"), named(shop, "Clicked Email")
    shop.reports.refuse_conversion_metrics([click])
    metrics = f"{click},{order}"
    first = read(shop, [VALUES], start_date=SINCE, conversion_metrics=metrics)
    assert not first.failures
    assert read_for(first.records[VALUES]) == {order}
    (warning,) = (line for line in first.logs if click in line)
    assert "does not support querying for values data" in warning
    asked = sum(entry.path.endswith("flow-values-reports") for entry in shop.log.requests())
    assert asked <= calls(shop, VALUES) + 2
    shop.log.reset()
    second = read(shop, [VALUES], start_date=SINCE, conversion_metrics=metrics, states=first.states)
    assert not any(entry.path.endswith("flow-values-reports") for entry in shop.log.requests())
    assert not any(click in line for line in second.logs)
    cursors = {
        entry["partition"]["conversion_metric_id"]: entry["cursor"]
        for entry in state_of(second.states, VALUES)["states"]
    }
    assert "refused" in cursors[click]
    assert "refused" not in cursors[order]


def test_aggregates_are_the_counts_of_the_events(shop: Sandbox) -> None:
    first = days_ago(330)
    outcome = read(shop, ["events", "metric_aggregates"], start_date=first)
    zone = ZoneInfo("Europe/Copenhagen")
    today = datetime.fromtimestamp(time.time(), UTC).astimezone(zone).date().isoformat()
    listed = shop.ids("metric")  # those that are deleted are not among them
    counted = Counter(
        (event["metric_id"], day)
        for event in outcome.records["events"]
        if event["metric_id"] in listed
        and first  # begins in Copenhagen before the events do, which begin in UTC
        < (day := datetime.fromisoformat(event["datetime"]).astimezone(zone).date().isoformat())
        < today
    )
    told = {
        (record["metric_id"], record["date"]): record["count"]
        for record in outcome.records["metric_aggregates"]
        if record["count"] and first < record["date"] < today
    }
    assert len(counted) > 100
    assert told == counted


def test_aggregates_are_split_by_dimensions(shop: Sandbox) -> None:
    plain = read(shop, ["metric_aggregates"], start_date=SINCE)
    split = read(
        shop, ["metric_aggregates"], start_date=SINCE, metric_aggregates_by="$attributed_flow"
    )
    groups = {record["attributed_flow"] for record in split.records["metric_aggregates"]}
    assert len(groups) > 1
    assert groups - {""} <= shop.ids("flow")
    sums: Counter[tuple[str, str]] = Counter()
    for record in split.records["metric_aggregates"]:
        sums[record["metric_id"], record["date"]] += record["count"]
    whole = Counter(
        {
            (record["metric_id"], record["date"]): record["count"]
            for record in plain.records["metric_aggregates"]
        }
    )
    assert +sums == +whole
    changed = read(shop, ["metric_aggregates"], start_date=SINCE, states=split.states)
    assert changed.records["metric_aggregates"]
    assert any("metric_aggregates_by` has changed" in line for line in changed.logs)
    few = read(shop, ["metric_aggregates"], start_date=SINCE, event_metric_ids="Placed Order")
    found = {record["metric_id"] for record in few.records["metric_aggregates"]}
    assert found == {
        each["id"]
        for each in shop.documents("metric")
        if each["attributes"]["name"] == "Placed Order"
    }
