"""Shops of odd sizes: events before 1970, flows of many actions."""

from collections.abc import Iterator

import pytest

from integration_tests.sandbox.reader import Reader
from klaviyo_sandbox import Sandbox, Settings

from .conftest import reader_of

SENDS = {"send-email", "send-sms"}


@pytest.fixture(scope="module")
def odd() -> Iterator[Sandbox]:
    settings = Settings(
        events=50, old_events=7, profiles=20, flows=40, flow_actions=6.5, limits=False
    )
    with Sandbox.start(settings) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def odd_reader(odd: Sandbox) -> Reader:
    return reader_of(odd)


def test_events_before_1970(odd_reader: Reader) -> None:
    rows = odd_reader.get("/api/events", {"sort": "datetime"}).rows
    assert len(rows) == 57
    assert [row["attributes"]["timestamp"] < 0 for row in rows] == [True] * 7 + [False] * 50
    assert rows[0]["attributes"]["datetime"] < "1968"
    bound = {"filter": "less-than(datetime,1970-01-01T00:00:00Z)"}
    assert len(odd_reader.get("/api/events", bound).rows) == 7


def test_actions_have_types_and_only_sends_have_messages(odd: Sandbox, odd_reader: Reader) -> None:
    assert odd.sizes()["flow-action"] == 3 * sum(range(1, 13)) + 1 + 2 + 3 + 4
    actions = {
        str(row["id"]): row["attributes"]["definition"]["type"]
        for flow in sorted(odd.ids("flow"))
        for row in odd_reader.get(f"/api/flows/{flow}/flow-actions").rows
    }
    assert len(actions) == odd.sizes()["flow-action"]
    kinds = set(actions.values())
    assert kinds == {
        *SENDS,
        "time-delay",
        "conditional-split",
        "trigger-split",
        "update-profile",
    }
    for action, kind in list(actions.items())[:30]:
        messages = odd_reader.get(f"/api/flow-actions/{action}/flow-messages").rows
        assert len(messages) == (kind in SENDS)
    flow = max(odd.ids("flow"), key=lambda one: len(odd.related("flow", one, "flow-actions")))
    path = f"/api/flows/{flow}/flow-actions"
    by_type = {
        kind: odd_reader.all_ids(
            path, {"filter": f'equals(action_type,"{kind.upper().replace("-", "_")}")'}
        )
        for kind in kinds
    }
    assert sum(len(ids) for ids in by_type.values()) == len(odd_reader.all_ids(path)) == 12
    assert all(actions[row_id] == kind for kind, ids in by_type.items() for row_id in ids)
