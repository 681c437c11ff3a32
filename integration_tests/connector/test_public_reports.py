"""What users of Klaviyo's API have reported in public: each costs no more than what it is about."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

import pytest

from integration_tests.connector.harness import state_of
from integration_tests.connector.poison import (
    REPLIES,
    Asked,
    Json,
    Poison,
    first_times,
    front,
    refused,
    within_row,
)
from integration_tests.connector.relay import Reply
from integration_tests.connector.truth import documents
from integration_tests.quirks.reading import Outcome, read
from klaviyo_sandbox import Quirks, Sandbox, Settings

pytestmark = pytest.mark.usefixtures("impatient")

SHOP = Settings(events=300, profiles=60, lists=7, templates=12, campaigns=12, flows=6, limits=False)
Sync = Callable[..., Outcome]


@pytest.fixture(scope="module")
def shop() -> Iterator[Sandbox]:
    with Sandbox.start(SHOP) as sandbox:
        sandbox.set_quirks(Quirks(max_page_size=20))
        yield sandbox


@pytest.fixture
def sync(shop: Sandbox) -> Sync:
    """Return what reads streams while an answer is spoilt; nothing is where none is given."""

    def sync(
        *streams: str,
        poison: Poison = lambda _: None,
        after: Outcome | None = None,
        states: Any = None,  # noqa: ANN401  JSON
        **config: object,
    ) -> Outcome:
        with front(shop, poison) as served:
            kept = after.states if after else states or {}
            found = read(shop, streams, "incremental", kept, api_base_url=served.url, **config)
            assert served.spoilt or poison.__name__ == "<lambda>"
        return found

    return sync


def where(wanted: Callable[[Asked], bool], reply: Reply, times: int | None = None) -> Poison:
    """Return what spoils the answers that are `wanted`, so many times, or always."""
    left = [times]

    def poison(asked: Asked) -> Reply | None:
        if left[0] == 0 or not wanted(asked):
            return None
        left[0] = None if left[0] is None else left[0] - 1
        return reply

    return poison


def by_metric(outcome: Outcome) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for record in outcome.records["events"]:
        found.setdefault(record["metric_id"], set()).add(record["id"])
    return found


def test_a_metric_that_klaviyo_refuses_costs_its_events(sync: Sync) -> None:
    """klaviyo-api-python 41: a metric of the list, and "Metric IDs [..] do not exist"."""
    sound = sync("events")
    events = by_metric(sound)
    wanted = list(events)[:6]
    broken = wanted[2]
    poison = where(
        lambda asked: asked.path == "/api/events" and broken in unquote(asked.query),
        refused(400, f"Metric IDs [{broken}] do not exist."),
    )
    first = sync("events", poison=poison, event_metric_ids=",".join(wanted))
    assert by_metric(first) == {metric: events[metric] for metric in wanted if metric != broken}
    assert broken in first.failures["events"]
    second = sync("events", after=first, event_metric_ids=",".join(wanted))
    assert not second.failures
    assert by_metric(second)[broken] == events[broken]
    # A state names events from an hour ahead on: one at that hour may count in one sync alone.
    now = datetime.now(UTC).isoformat()
    ahead = {row["id"] for row in sound.records["events"] if row["datetime"] > now}
    late = sync("events", after=sound).ids("events") | ahead
    assert second.ids("events") - events[broken] <= late, "rows are read again"


def test_a_metric_without_a_name_changes_nothing_else(sync: Sync, shop: Sandbox) -> None:
    """Klaviyo's specification lets the name of a metric be null."""
    nameless, other = sorted(by_metric(sync("events")))[:2]
    name = documents(shop, "metric")[other]["attributes"]["name"]

    def unnamed(row: Json) -> None:
        row["attributes"]["name"] = None

    poison = within_row("metrics", nameless, unnamed)
    found = sync("events", "metric_aggregates", poison=poison, event_metric_ids=name)
    assert not found.failures
    assert other in by_metric(found)
    assert found.records["metric_aggregates"]


@pytest.mark.parametrize("fault", ["403", "400"])
def test_a_refusal_under_load_leaves_nothing_out(sync: Sync, fault: str) -> None:
    """klaviyo-android-sdk 485: a 403 that is load-shed, and served a second later."""
    sound = sync("profiles")
    found = sync("profiles", poison=first_times("profiles", fault, 2))
    assert not found.failures
    assert found.ids("profiles") == sound.ids("profiles")
    assert all(record["attributes"]["subscriptions"] for record in found.records["profiles"])


def test_items_that_answer_404_in_an_incident_come_with_the_next_sync(sync: Sync) -> None:
    """klaviyo-api-node 62, 2026-05-05: minutes of 404 with a JSON body."""
    sound = sync("lists_detailed")
    broken = sorted(sound.ids("lists_detailed"))[3]
    poison = where(lambda asked: asked.path == f"/api/lists/{broken}", REPLIES["404"])
    first = sync("lists_detailed", poison=poison)
    assert not first.failures
    assert first.ids("lists_detailed") == sound.ids("lists_detailed") - {broken}
    assert any(broken in line and "does not find" in line for line in first.logs)
    second = sync("lists_detailed", after=first)
    assert second.ids("lists_detailed") == {broken}


def test_a_definition_that_cannot_be_loaded_is_missing_alone(sync: Sync) -> None:
    """klaviyo-api-node 117: 500 "Failed to load definition", wherever the template is."""
    sound = sync("email_templates").ids("email_templates")
    two = [record["id"] for record in sync("email_templates").records["email_templates"]][5:7]
    broken = {*two}
    poison = where(
        lambda asked: (
            asked.path == "/api/templates"
            and "definition" in asked.query
            and not broken.isdisjoint(row["id"] for row in asked.rows)
        ),
        REPLIES["500"],
    )
    found = sync("email_templates", poison=poison)
    records = found.records["email_templates"]
    assert {record["id"] for record in records} == sound
    lacking = {record["id"] for record in records if not record["attributes"].get("definition")}
    assert lacking == broken
    assert any("cannot load a page with additional-fields" in line for line in found.logs)


def test_an_event_without_a_profile_costs_its_profile_id(sync: Sync) -> None:
    sound = sync("events")
    broken = sound.records["events"][7]["id"]

    def lonely(row: Json) -> None:
        row["relationships"]["profile"] = None

    found = sync("events", "events_detailed", poison=within_row("events", broken, lonely))
    assert not found.failures
    assert found.ids("events") == found.ids("events_detailed") == sound.ids("events")
    without = {each["id"] for each in found.records["events"] if each["profile_id"] is None}
    assert without == {broken}


@pytest.mark.parametrize("blank", [None, ""])
def test_a_state_without_a_value_is_no_state(sync: Sync, blank: str | None) -> None:
    found = sync("flows", states={"flows": state_of("flows", {"updated": blank})})
    assert not found.failures
    assert found.ids("flows") == sync("flows").ids("flows")
    assert any("flows: a cursor in its state has no value" in line for line in found.logs)


@pytest.mark.parametrize("status", [401, 409])
def test_a_refusal_of_this_moment_is_asked_again(sync: Sync, status: int) -> None:
    poison = where(lambda asked: asked.path == "/api/lists", refused(status, "Not now."), times=1)
    found = sync("lists", poison=poison)
    assert not found.failures
    assert len(found.ids("lists")) == SHOP.lists


@pytest.mark.parametrize("odd", [7, None, "Nowhere/None"])
def test_a_timezone_that_is_none_costs_only_that(sync: Sync, shop: Sandbox, odd: object) -> None:
    def elsewhere(row: Json) -> None:
        row["attributes"]["timezone"] = odd

    (account,) = shop.ids("account")
    found = sync("metric_aggregates", poison=within_row("accounts", account, elsewhere))
    assert not found.failures
    assert found.records["metric_aggregates"]
    assert any("days are in UTC" in line for line in found.logs)


def test_a_lookup_that_fails_costs_the_streams_that_need_it(sync: Sync) -> None:
    poison = where(lambda asked: asked.path == "/api/accounts", REPLIES["500"])
    found = sync("lists", "events", "metric_aggregates", poison=poison)
    assert set(found.failures) == {"metric_aggregates"}
    assert len(found.ids("lists")) == SHOP.lists
    assert len(found.ids("events")) >= SHOP.events
