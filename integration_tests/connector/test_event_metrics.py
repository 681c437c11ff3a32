"""`event_metric_ids`: only the events of those metrics, each metric with a cursor of its own."""

from collections import defaultdict
from urllib.parse import parse_qs

import pytest

from integration_tests.connector.conftest import SMALL, Connect, shop_of
from integration_tests.connector.harness import Output, catalog, last_states
from integration_tests.connector.truth import documents, second
from klaviyo_sandbox import Sandbox

STREAMS = ["events"]


sandbox = shop_of(SMALL)


def by_metric(sandbox: Sandbox) -> dict[str, set[str]]:
    """Return the ids of the events of each metric, those with the most events first.

    Events of the future are left out: every sync reads them until their time has come.
    """
    found: dict[str, set[str]] = defaultdict(set)
    now = second(sandbox.now())
    for event_id, event in documents(sandbox, "event").items():
        if second(event["attributes"]["datetime"]) < now:
            found[event["relationships"]["metric"]["data"]["id"]].add(event_id)
    return dict(sorted(found.items(), key=lambda each: -len(each[1])))


def filtered(sandbox: Sandbox) -> set[str]:
    """Return the metrics by which events have been asked for since the last call."""
    found = set()
    for request in sandbox.log.requests():
        if request.path == "/api/events":
            (expression,) = parse_qs(request.query)["filter"]
            found.add(expression.partition('equals(metric_id,"')[2].partition('"')[0])
    sandbox.log.reset()
    return found


def test_metrics_are_read_apart_added_and_removed(sandbox: Sandbox, connect: Connect) -> None:
    events = by_metric(sandbox)
    past = set().union(*events.values())
    first, other = list(events)[:2]
    sandbox.log.reset()

    def ids(output: Output) -> list[str]:
        assert output.code == 0
        return sorted(past.intersection(output.ids("events")))

    def read(*wanted: str, after: Output | None = None) -> Output:
        connector = connect(sandbox, event_metric_ids=",".join(wanted), lookback_days=0)
        return connector.read(catalog(STREAMS), state=last_states(after) if after else ())

    one = read(first)
    assert filtered(sandbox) == {first}
    assert ids(one) == sorted(events[first])

    both = read(first, other, after=one)
    assert filtered(sandbox) == {first, other}
    assert ids(both) == sorted(events[other])

    removed = read(other, after=both)
    assert filtered(sandbox) == {other}
    assert ids(removed) == []


def test_a_metric_may_be_named_and_a_wrong_name_is_told(sandbox: Sandbox, connect: Connect) -> None:
    metrics = documents(sandbox, "metric")
    events = by_metric(sandbox)
    past = set().union(*events.values())
    first = next(iter(events))
    name = metrics[first]["attributes"]["name"]
    same = {each for each in metrics if metrics[each]["attributes"]["name"] == name}
    output = connect(sandbox, event_metric_ids=name.upper()).read(catalog(STREAMS))
    expected = set().union(*(events.get(metric, set()) for metric in same))
    assert expected
    assert past.intersection(output.ids("events")) == expected
    wrong = connect(sandbox, event_metric_ids="No Such Metric").read(catalog(["events", "lists"]))
    assert "no metric with the id or name No Such Metric" in wrong.failure_of("events")["message"]
    assert wrong.failure_of("events")["failure_type"] == "config_error"
    assert wrong.statuses("lists")[-1] == "COMPLETE"


@pytest.mark.parametrize("setting", ["event_metric_ids", "conversion_metrics", "metric_ids"])
def test_a_check_finds_a_wrong_name(sandbox: Sandbox, connect: Connect, setting: str) -> None:
    right = connect(sandbox, **{setting: "placed order"}).check()
    assert right.connection["status"] == "SUCCEEDED"
    wrong = connect(sandbox, **{setting: "placed ordr"}).check()
    assert wrong.connection["status"] == "FAILED"
    assert "id or name placed ordr. Did you mean Placed Order?" in wrong.connection["message"]
