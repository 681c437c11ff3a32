"""The keys of events: from attributions, else from the event's own properties, else null."""

from typing import Any, Final

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_klaviyo.api.documents.document import DocumentReader
from source_klaviyo.streams.events import Events
from source_klaviyo.streams.views.needs import fields_reader
from unit_tests.kinds import made

Json = dict[str, Any]

NO_MESSAGE: Final = dict.fromkeys(("campaign_id", "flow_id", "message_id", "variation_id"))
NOTHING: Final = {"metric_name": None, "value": None, "currency": None, **NO_MESSAGE}
OF_CAMPAIGN: Final = {"$message": "01HVSM", "Campaign Name": "New one"}
"""As recorded of a live account."""
OF_FLOW: Final = {"$flow": "WT7rFE", "$message": "QSNJxA", "Campaign Name": "Email #1"}
"""As recorded of a live account: a flow's event has a campaign's name too."""


def identifier(kind: str, name: object) -> Json:
    return {"data": {"type": kind, "id": name}}


def event(properties: object, **relationships: Json) -> Json:
    attributes = {"datetime": "2026-09-04T13:38:55+00:00", "event_properties": properties}
    held = {"metric": identifier("metric", "M"), "profile": identifier("profile", "P")}
    return {
        "type": "event",
        "id": "E",
        "attributes": attributes,
        "relationships": held | relationships,
    }


def attributed(properties: object) -> Json:
    return event(properties, attributions={"data": [{"type": "attribution", "id": "E"}]})


def attribution(**relationships: object) -> Json:
    named = {name.replace("_", "-"): identifier(name, each) for name, each in relationships.items()}
    return {"type": "attribution", "id": "E", "attributes": {}, "relationships": named}


def keys(resource: Json, *included: Json) -> Json:
    """Return the keys that the record of an event gets."""
    view = made(Events).view("events")
    body = orjson.dumps({"data": [resource], "included": included, "links": {"next": None}})
    document = DocumentReader(fields_reader("datetime", [view.needs])).read(body)
    ((piece, rest),) = view.extract(document, {}).records
    record = orjson.loads(bytes(piece) + rest)
    assert {name: record[name] for name in resource} == resource, "all else is as it came"
    return {name: record[name] for name in NOTHING}


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        ({}, {}),
        ({"$value": 70.8, "$value_currency": "EUR"}, {"value": 70.8, "currency": "EUR"}),
        ({"$value": -1}, {"value": -1}),
        ({"$value": "29.98"}, {"value": 29.98}),
        ({"$value": "much", "$value_currency": ""}, {}),
        ({"$value": True, "$value_currency": 978}, {}),
        ({"$value": {"amount": 3}, "$value_currency": ["EUR"]}, {}),
        ({"$value": None, "$flow": None, "$message": None, "$variation": None}, {}),
        (OF_CAMPAIGN, {"campaign_id": "01HVSM"}),
        (OF_CAMPAIGN | {"$variation": "V"}, {"campaign_id": "01HVSM", "variation_id": "V"}),
        (OF_FLOW, {"flow_id": "WT7rFE", "message_id": "QSNJxA"}),
        (OF_FLOW | {"$flow": ""}, {"campaign_id": "QSNJxA"}),
        ({"$message": "01HVSM"}, {}),
        ({"Campaign Name": "Deleted since"}, {}),
        ({"$flow": 7, "$message": {"id": "x"}, "Campaign Name": "Odd"}, {}),
        (None, {}),
        ([], {}),
    ],
)
def test_without_an_attribution_the_properties_say_it(properties: object, expected: Json) -> None:
    assert keys(event(properties)) == NOTHING | expected


def test_an_attribution_goes_before_the_properties_as_a_whole() -> None:
    of_flow = attribution(flow="F", flow_message="FM", flow_message_variation="V")
    found = keys(attributed(OF_CAMPAIGN | {"$variation": "W"}), of_flow)
    assert found == NOTHING | {"flow_id": "F", "message_id": "FM", "variation_id": "V"}
    of_campaign = attribution(campaign="C", campaign_message="CM")
    found = keys(attributed(OF_FLOW), of_campaign)
    assert found == NOTHING | {"campaign_id": "C", "message_id": "CM"}


@pytest.mark.parametrize(
    "included",
    [[], [attribution(attributed_event="A")], [attribution(flow=None)], [{"type": "attribution"}]],
)
def test_an_attribution_that_names_no_message_leaves_the_properties(included: list[Json]) -> None:
    found = keys(attributed(OF_CAMPAIGN), *included)
    assert found == NOTHING | {"campaign_id": "01HVSM"}


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ({"attributes": {"name": "Placed Order"}}, "Placed Order"),
        ({"attributes": {"name": None}}, None),
        ({"attributes": {"name": ""}}, None),
        ({"attributes": None}, None),
        ({}, None),
        ({"id": "other", "attributes": {"name": "Placed Order"}}, None),
    ],
)
def test_the_name_is_that_of_the_metric_that_came_along(metric: Json, expected: object) -> None:
    found = keys(event({}), {"type": "metric", "id": "M", **metric})
    assert found == NOTHING | {"metric_name": expected}


def test_an_event_without_a_metric_has_no_name() -> None:
    found = keys(event({}, metric={"data": None}), {"type": "metric", "id": "M"})
    assert found == NOTHING


def test_a_value_keeps_its_digits() -> None:
    view = made(Events).view("events")
    body = orjson.dumps({"data": [event({"$value": 77})], "links": {"next": None}})
    body = body.replace(b"77", b"12345678901234567890.10")
    document = DocumentReader(fields_reader("datetime", [view.needs])).read(body)
    ((_, rest),) = view.extract(document, {}).records
    assert b',"value":12345678901234567890.10,' in rest


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=5,
)


@given(
    st.dictionaries(
        st.sampled_from(["$value", "$value_currency", "$message", "$variation", *OF_FLOW]),
        json_values,
    )
)
def test_whatever_stands_in_the_properties_a_key_has_its_type(properties: Json) -> None:
    found = keys(event(properties))
    value = found.pop("value")
    assert value is None or type(value) in {int, float}
    assert all(each is None or (isinstance(each, str) and each) for each in found.values())
