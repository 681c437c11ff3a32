"""The SQL in docs/migrating.md does what the page says, in both databases, on records of a sync."""

import json
import re
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from integration_tests.connector.conftest import connector_of
from integration_tests.connector.harness import Json, catalog
from integration_tests.pyairbyte.warehouse import duckdb, postgres, run
from klaviyo_sandbox import Sandbox, Settings

PAGE: Final = Path(__file__).parents[2] / "docs" / "migrating.md"
STATEMENTS: Final = dict(
    re.findall(
        r"<!-- sql: ([\w ]+) -->\n```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL
    )
)
TABLES: Final = (
    "campaign_messages",
    "campaigns",
    "campaigns_detailed",
    "global_exclusions",
    "profiles",
)


@dataclass(frozen=True)
class Answers:
    """What the statements find, and the records that they were run over."""

    rows: dict[str, list[list[Any]]]
    records: dict[str, list[Json]]
    lifted: str
    unknown: str


@pytest.fixture(scope="module", params=["DuckDB", "PostgreSQL"])
def answers(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Answers]:
    folder = tmp_path_factory.mktemp("migrating")
    engine = postgres(folder) if request.param == "PostgreSQL" else nullcontext(duckdb(folder))
    settings = Settings(events=50, profiles=400, lists=3, campaigns=30, limits=False)
    with Sandbox.start(settings) as shop, engine as warehouse:
        unknown = min(shop.ids("campaign"))
        shop.delete("campaign-recipient-estimation", [unknown])
        connector = connector_of(shop, folder)
        before = connector.read(catalog(TABLES, "full_refresh", "overwrite"))
        lifted = min(before.ids("global_exclusions"))
        behind = ("subscriptions", "predictive_analytics")
        (profile,) = shop.documents("profile", [lifted], additional=behind)
        profile["attributes"]["subscriptions"]["email"]["marketing"]["suppression"] = []
        shop.put(profile)
        changed = connector.read(catalog(["profiles"], "full_refresh", "overwrite"))
        tables = {name: before.records[name] for name in TABLES} | {
            "profiles": changed.records["profiles"]
        }
        told = run(
            [Path(__file__).with_name("run_sql.py"), warehouse.url],
            sent={"tables": tables, "statements": STATEMENTS},
            longest=60.0,
        )
        yield Answers(json.loads(told), tables, lifted, unknown)


def test_every_statement_of_the_page_is_run(answers: Answers) -> None:
    assert len(STATEMENTS) == PAGE.read_text(encoding="utf-8").count("```sql") == 6
    assert all(answers.rows[name] for name in STATEMENTS)


def test_locations_are_numbers(answers: Answers) -> None:
    found = dict(answers.rows["locations"])
    held = {
        record["id"]: record["attributes"]["location"]["latitude"]
        for record in answers.records["profiles"]
    }
    assert found == {row: latitude for row, latitude in held.items() if latitude is not None}


def test_an_estimate_that_klaviyo_has_not_made_is_nought(answers: Answers) -> None:
    found = dict(answers.rows["estimates"])
    assert found.pop(answers.unknown) == 0
    assert len(found) == 29
    assert all(found.values())


def test_lifted_suppressions_are_left_out(answers: Answers) -> None:
    held = {record["id"] for record in answers.records["global_exclusions"]}
    assert answers.lifted in held
    assert {row for (row,) in answers.rows["exclusions"]} == held - {answers.lifted}


def test_sending_has_the_columns_of_before(answers: Answers) -> None:
    campaigns = {record["id"]: record for record in answers.records["campaigns"]}
    methods = set()
    for row, message, method, at, _, throttled_at, percentage, date, utm, params in answers.rows[
        "sending"
    ]:
        attributes = campaigns[row]["attributes"]
        strategy = attributes["send_strategy"]
        methods.add(method)
        assert method == strategy["method"]
        assert message in {found["id"] for found in campaigns[row]["campaign_messages"]}
        assert at == (strategy.get("datetime") if method == "static" else None)
        assert throttled_at == (strategy.get("datetime") if method == "throttled" else None)
        assert percentage == (str(strategy["throttle_percentage"]) if throttled_at else None)
        assert date == strategy.get("date")
        options = attributes["tracking_options"] or {}
        flag = options.get("add_tracking_params")
        assert utm == (None if flag is None else str(flag).lower())
        listed = options.get("custom_tracking_params")
        # DuckDB hands JSON over as text.
        assert (json.loads(params) if isinstance(params, str) else params) == listed
    assert {"static", "throttled"} <= methods


def test_messages_say_what_they_said(answers: Answers) -> None:
    for row, label, channel, subject in answers.rows["messages"]:
        (campaign,) = (
            record for record in answers.records["campaigns_detailed"] if record["id"] == row
        )
        definition = campaign["campaign_messages"][0]["attributes"]["definition"]
        assert (label, channel) == (definition.get("label"), definition["channel"])
        assert subject == definition["content"].get("subject")
    assert any(subject for *_, subject in answers.rows["messages"])
    held = {record["id"] for record in answers.records["campaign_messages"]}
    assert {row for row, _, _ in answers.rows["message rows"]} == held
