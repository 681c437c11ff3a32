"""What the statistics of one row have to do with each other."""

from datetime import timedelta

import pytest

from integration_tests.sandbox.reader import Json, Reader
from klaviyo_sandbox import Sandbox

from .report_tools import TODAY, ask, between, last, near


@pytest.fixture(params=["flow-values", "campaign-values"])
def rows(request: pytest.FixtureRequest, reporter: Reader, reporting: Sandbox) -> list[Json]:
    found = ask(reporter, reporting, request.param, timeframe=last(300))
    assert len(found) > 10
    return list(found.values())


def test_rates_come_from_counts(rows: list[Json]) -> None:
    for row in [row for row in rows if row["delivered"]]:
        lost = row["bounced"] + row["failed"]
        assert row["bounced_or_failed"] == lost
        assert row["delivered"] == row["recipients"] - lost
        assert row["open_rate"] * row["delivered"] == near(row["opens_unique"])
        assert row["click_rate"] * row["delivered"] == near(row["clicks_unique"])
        assert row["conversion_rate"] * row["delivered"] == near(row["conversion_uniques"])
        assert row["average_order_value"] * row["conversions"] == near(row["conversion_value"])
        assert row["revenue_per_recipient"] * row["recipients"] == near(row["conversion_value"])
        assert 0 <= row["click_to_open_rate"] <= 1
    assert any(row["conversion_value"] for row in rows)


def test_people_are_at_most_as_many_as_what_they_do(rows: list[Json]) -> None:
    for row in rows:
        for name in ("opens", "clicks"):
            assert row[f"{name}_unique"] <= row[name]
        assert row["conversion_uniques"] <= row["conversions"]
        assert row["unsubscribe_uniques"] <= row["unsubscribes"]


def test_people_of_a_month_are_less_than_those_of_its_days(
    reporter: Reader, reporting: Sandbox
) -> None:
    frame = between(TODAY - timedelta(days=40), TODAY - timedelta(days=10))
    days = ask(reporter, reporting, "flow-series", timeframe=frame)
    month = ask(reporter, reporting, "flow-values", timeframe=frame)
    opened = {key: values for key, values in month.items() if values["opens_unique"] > 30}
    assert opened
    for key, values in opened.items():
        series = days[key]["opens_unique"]
        assert max(series) <= values["opens_unique"] < sum(series)


def test_only_text_messages_have_a_price_and_a_return(rows: list[Json]) -> None:
    texted = [row for row in rows if row["message_segment_count_sum"]]
    others = [row for row in rows if not row["message_segment_count_sum"]]
    assert texted
    assert others
    assert all(row["text_message_spend"] > 0 and row["opens"] == 0 for row in texted)
    assert all(row["text_message_roi"] is not None for row in texted)
    assert all(row["text_message_roi"] is None for row in others)


def test_another_metric_has_other_conversions_and_the_same_opens(
    reporter: Reader, reporting: Sandbox
) -> None:
    custom = min(reporting.ids("custom-metric"))
    orders = ask(reporter, reporting, "flow-values", timeframe=last(100))
    others = ask(
        reporter, reporting, "flow-values", timeframe=last(100), conversion_metric_id=custom
    )
    assert [row["opens"] for row in orders.values()] == [row["opens"] for row in others.values()]
    assert [row["conversions"] for row in orders.values()] != [
        row["conversions"] for row in others.values()
    ]


def test_all_statistics_of_forms(reporter: Reader, reporting: Sandbox) -> None:
    rows = ask(reporter, reporting, "form-values", timeframe=last(300))
    assert rows
    for row in rows.values():
        assert row["submit_rate"] * row["viewed_form"] == near(row["submits"])
        assert row["viewed_form_uniques"] <= row["viewed_form"]
        assert row["submits"] + row["closed_form"] <= row["viewed_form"]
