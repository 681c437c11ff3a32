"""dbt builds on what PyAirbyte has loaded, and every model has what the shop holds."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

import pytest

from integration_tests.connector.harness import Json
from integration_tests.dbt.built import DBT, NOW, SHOP, Built, built
from tools.questions import PAGE, answered, statements

ZONE: Final = ZoneInfo(SHOP.timezone)
TODAY: Final = NOW[:10]
FIRST: Final = "2023-06-01"
ADDED_UP: Final = (
    "recipients",
    "delivered",
    "bounced",
    "opens",
    "clicks",
    "unsubscribes",
    "spam_complaints",
    "conversions",
    "conversion_value",
)
FIVETRAN: Final = {
    "event": "id uuid timestamp metric_id person_id type campaign_id flow_id flow_message_id"
    " _variation property_value property_attribution",
    "campaign": "id campaign_type name subject from_email from_name email_template_id send_time"
    " sent_at scheduled created updated status status_id status_label archived",
    "flow": "id name status trigger_type created updated archived",
    "metric": "id name created updated integration_id integration_name integration_category",
    "person": "id email phone_number first_name last_name organization title address_1 address_2"
    " city country region zip latitude longitude timezone created updated last_event_date",
}
"""The columns that the staging models of fivetran/dbt_klaviyo 1.4.1 read."""


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Built]:
    assert DBT.exists(), "dbt's environment is missing: make dbt-test"
    with built(request.param, tmp_path_factory.mktemp("dbt")) as found:
        yield found


def number(value: object) -> float:
    return round(float(Decimal(str(value or 0))), 4)


def worth(event: Json) -> float:
    """Return the `$value` of an event where it is a number."""
    value = event["attributes"]["event_properties"].get("$value")
    return 0 if isinstance(value, bool) or not isinstance(value, int | float) else number(value)


def orders(shop: Built) -> list[Json]:
    (metric,) = (
        document["id"]
        for document in shop.shop.documents("metric")
        if document["attributes"]["name"] == "Placed Order"
    )
    return [
        document
        for document in shop.shop.documents("event")
        if document["relationships"]["metric"]["data"]["id"] == metric
    ]


def moment(text: str) -> str:
    """Return a time to the second, in UTC."""
    at = datetime.fromisoformat(text)
    return (at.astimezone(ZoneInfo("UTC")) if at.tzinfo else at).strftime("%Y-%m-%d %H:%M:%S")


def test_all_models_are_built_and_all_tests_pass(database: Built) -> None:
    found = re.search(r"PASS=(\d+) WARN=0 ERROR=0 SKIP=0 NO-OP=0 TOTAL=(\d+)", database.said)
    assert found, database.said
    assert found[1] == found[2]
    assert "11 models" in database.said


def test_events_are_those_of_the_shop(database: Built) -> None:
    rows = {row["event_id"]: row for row in database.table("klaviyo_events")}
    held = {document["id"]: document for document in database.shop.documents("event")}
    names = {
        document["id"]: document["attributes"]["name"]
        for document in database.shop.documents("metric")
    }
    assert rows.keys() == held.keys()
    for event, row in rows.items():
        document = held[event]
        metric = document["relationships"]["metric"]["data"]["id"]
        happened = datetime.fromisoformat(document["attributes"]["datetime"])
        assert (row["metric_id"], row["metric_name"]) == (metric, names.get(metric))
        assert row["profile_id"] == document["relationships"]["profile"]["data"]["id"]
        assert row["occurred_at"][:19] == moment(document["attributes"]["datetime"])
        assert row["occurred_on"] == str(happened.astimezone(ZONE).date())


def test_orders_are_worth_and_credited_what_klaviyo_says(database: Built) -> None:
    found = {row["event_id"]: row for row in database.table("klaviyo_events")}
    credited = {
        document["relationships"]["event"]["data"]["id"]: document["relationships"]
        for document in database.shop.documents("attribution")
    }
    ordered = orders(database)
    assert len(ordered) > 100
    for event in ordered:
        row = found[event["id"]]
        assert number(row["value"]) == worth(event)
        for kind in ("campaign", "flow"):
            origin = (credited[event["id"]].get(kind) or {}).get("data") or {}
            assert row[f"{kind}_id"] == origin.get("id")


def test_campaigns_have_performed_as_klaviyo_reports(database: Built) -> None:
    rows = database.table("klaviyo_campaign_performance")
    (metric,) = {row["conversion_metric_id"] for row in rows}
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        for name in ADDED_UP:
            sums[row["message_id"]][name] += number(row[name])  # type: ignore[assignment]
    truth = {
        str(row.groupings["campaign_message_id"]): row.statistics
        for row in database.shop.reports.rows(
            "campaign-values", FIRST, TODAY, conversion_metric_id=metric
        )
    }
    assert sums.keys() == truth.keys()
    for message, found in sums.items():
        for name in ADDED_UP:
            assert found[name] == pytest.approx(truth[message][name]), (message, name)


def test_campaigns_have_the_day_of_their_sending(database: Built) -> None:
    sent = {
        document["id"]: datetime.fromisoformat(document["attributes"]["send_time"])
        for document in database.shop.documents("campaign")
        if document["attributes"]["send_time"]
    }
    on_the_day = set()
    for row in database.table("klaviyo_campaign_performance"):
        day = date.fromisoformat(row["day"])
        first = sent[row["campaign_id"]].astimezone(ZONE).date()
        on_the_day |= {row["campaign_id"]} if day == first else set()
        assert day == first or (day.day == 1 and day > first)
    assert on_the_day == {
        row["campaign_id"] for row in database.table("klaviyo_campaign_performance")
    }


def test_flows_have_performed_as_klaviyo_reports(database: Built) -> None:
    rows = database.table("klaviyo_flow_performance")
    (metric,) = {row["conversion_metric_id"] for row in rows}
    first = min(row["day"] for row in rows)
    groups = ("flow_message_id", "send_channel", "variation")
    truth = {
        (row.date, *(row.groupings[name] or "" for name in groups)): row.statistics
        for row in database.shop.reports.rows(
            "flow-series", first, TODAY, conversion_metric_id=metric, group_by=("flow_id", *groups)
        )
    }
    found = {
        (row["day"], row["message_id"], row["send_channel"], row["variation"]): row for row in rows
    }
    assert truth
    assert truth.keys() <= found.keys()
    for where, row in found.items():
        for name in (*ADDED_UP, "opens_unique", "clicks_unique", "conversion_uniques"):
            held = truth[where][name] if where in truth else 0
            assert number(row[name]) == pytest.approx(held), (where, name)


def test_lists_and_segments_have_their_members(database: Built) -> None:
    members: dict[str, dict[str, Json]] = defaultdict(dict)
    for row in database.table("klaviyo_subscribers"):
        members[row["group_id"]][row["day"]] = row
    for group in database.shop.ids("list"):
        joined = Counter(
            str(datetime.fromisoformat(at).astimezone(ZONE).date())
            for at in database.shop.members("list", group).values()
        )
        days = members.get(group, {})
        assert {day: int(number(row["joined"])) for day, row in days.items()} == joined
        last = days[max(days)]["members"] if days else 0
        assert number(last) == joined.total()
    segments = database.shop.reports.rows("segment-series", FIRST, TODAY)
    assert segments
    for truth in segments:
        row = members[str(truth.groupings["segment_id"])][truth.date]
        found = [number(row[name]) for name in ("joined", "departed", "members")]
        named = ("members_added", "members_removed", "total_members")
        assert found == [truth.statistics[name] for name in named]


def test_profiles_have_their_orders_and_their_consent(database: Built) -> None:
    ordered: dict[str, list[tuple[str, float]]] = defaultdict(list)
    for event in orders(database):
        who = event["relationships"]["profile"]["data"]["id"]
        ordered[who].append((moment(event["attributes"]["datetime"]), worth(event)))
    held = {
        document["id"]: document["attributes"]
        for document in database.shop.documents("profile", additional=("subscriptions",))
    }
    rows = {row["profile_id"]: row for row in database.table("klaviyo_profiles")}
    assert rows.keys() == held.keys()
    for profile, row in rows.items():
        mine = sorted(ordered[profile])
        assert row["orders"] == len(mine)
        assert number(row["lifetime_value"]) == pytest.approx(sum(value for _, value in mine))
        if mine:
            assert row["first_order_at"][:19] == mine[0][0]
            assert (row["last_order_at"][:19], number(row["last_order_value"])) == mine[-1]
        told = held[profile]["subscriptions"]
        email, sms = told["email"]["marketing"], told["sms"]["marketing"]
        assert (row["email_consent"], row["sms_consent"]) == (email["consent"], sms["consent"])
        assert row["can_receive_email"] == email["can_receive_email_marketing"]
        assert row["can_receive_sms"] == sms["can_receive_sms_marketing"]


def test_consents_are_as_they_were(database: Built) -> None:
    rows = database.table("klaviyo_consents")
    held = database.shop.documents("profile", additional=("subscriptions",))
    for at in ("2025-06-01 00:00:00", "2026-01-01 00:00:00", f"{TODAY} 08:00:00"):
        found = {
            (row["profile_id"], row["channel"]): row["state"]
            for row in rows
            if (row["purpose"], row["list_id"]) == ("marketing", "")
            and row["valid_from"] <= at
            and (row["valid_to"] is None or row["valid_to"] > at)
        }
        wanted = {}
        for document in held:
            told = document["attributes"]["subscriptions"]
            for channel in ("email", "sms"):
                states = [(told[channel]["marketing"]["consent_timestamp"], "SUBSCRIBED")]
                stopped = told[channel]["marketing"].get("suppression", [])
                states += [(each["timestamp"], "SUPPRESSED") for each in stopped]
                begun = [state for since, state in states if since and moment(since) <= at]
                if begun:
                    wanted[document["id"], channel] = begun[-1]
        assert found == wanted
        assert len({*wanted.values()}) == 2


def test_fivetrans_package_finds_its_columns(database: Built) -> None:
    schema = "main_fivetran" if database.warehouse.schema == "main" else "public_fivetran"
    views = {name: f"select * from {schema}.{name}" for name in FIVETRAN}
    for name, answer in database.ask(views).items():
        wanted = {*FIVETRAN[name].split(), "_fivetran_deleted", "_fivetran_synced"}
        assert wanted <= {*answer.columns}
        assert answer.rows, name


def test_the_page_has_the_answers(database: Built) -> None:
    page = PAGE.read_text(encoding="utf-8")
    asked = statements(page)
    assert len(asked) == page.count("```sql") == 12
    assert answered(page, database.ask(asked)) == page
