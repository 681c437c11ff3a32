"""Declared attributes are put right; everything else keeps its bytes."""

import json
from datetime import datetime, timedelta

import msgspec
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_klaviyo.api.documents.document import DocumentReader, second
from source_klaviyo.api.documents.normalize import (
    Form,
    Normalization,
    Normalizer,
    normalized_datetime,
    normalized_number,
)
from source_klaviyo.api.documents.resource_fields import FieldsReader
from source_klaviyo.streams.profiles import Profiles
from source_klaviyo.streams.views.needs import Needs
from source_klaviyo.streams.views.record_fields import RecordFields
from source_klaviyo.streams.views.resources import ResourceView
from unit_tests.examples import few

SPACED = "2026-06-23 00:15:23.918411+00:00"
SOUND = "2026-06-23T00:15:23.918411+00:00"

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text()
    | st.sampled_from([SPACED, "55.6600", "2026-06-23 00:15"]),
    lambda below: st.lists(below) | st.dictionaries(st.text(), below),
    max_leaves=12,
)
layouts = st.sampled_from([(",", ":"), (", ", ": "), (" , ", " :  ")])


def written(value: object, layout: tuple[str, str], *, escaped: bool) -> str:
    return json.dumps(value, separators=layout, ensure_ascii=escaped)


def record(body: bytes, normalize: Normalization, cursor: str | None = None) -> bytes:
    document = DocumentReader(FieldsReader(cursor)).read(b'{"data":[' + body + b"]}")
    view = ResourceView("x", RecordFields(cursor), Needs(), normalize, cursor)
    (found,) = view.extract(document, {}).records
    return b"".join(found)


@few(40)
@given(properties=st.dictionaries(st.text(), values), layout=layouts, escaped=st.booleans())
def test_custom_properties_of_a_normalized_event_keep_their_bytes(
    *, properties: dict[str, object], layout: tuple[str, str], escaped: bool
) -> None:
    custom = written(properties, layout, escaped=escaped)
    body = f'{{"id":"1","attributes":{{"event_properties":{custom},"datetime":"{SPACED}"}}}}'
    made = record(body.encode(), (("datetime", Form.DATETIME),), "datetime")
    assert f'"event_properties":{custom},'.encode() in made
    assert orjson.loads(made)["attributes"]["datetime"] == SOUND
    assert orjson.loads(made)["datetime"] == SOUND


@few(40)
@given(
    properties=st.dictionaries(st.text(), values),
    layout=layouts,
    escaped=st.booleans(),
    deviates=st.booleans(),
)
def test_custom_properties_of_a_profile_keep_their_bytes(
    *, properties: dict[str, object], layout: tuple[str, str], escaped: bool, deviates: bool
) -> None:
    custom = written(properties, layout, escaped=escaped)
    latitude = '"55.6600"' if deviates else "55.6600"
    body = (
        f'{{"id":"1","attributes":{{"properties":{custom},"location":{{"latitude":{latitude}}}}}}}'
    )
    made = record(body.encode(), Profiles.normalize)
    assert f'"properties":{custom},"location":{{"latitude":55.6600}}'.encode() in made


@few(40)
@given(values)
def test_whatever_stands_in_a_declared_place_stays_json(value: object) -> None:
    body = orjson.dumps({"a": {"b": None}})
    normalizer = Normalizer((("a.b", Form.DATETIME), ("a.c.d", Form.NUMBER), ("e", Form.BOOLEAN)))
    for place in ({"a": value}, {"a": {"b": value}}, {"a": {"c": value}}, {"e": value}):
        body = json.dumps({"id": "1", "attributes": place}).encode()
        normalized = json.loads(bytes(*normalizer.normalize([msgspec.Raw(body)], [None])))
        again = bytes(*normalizer.normalize([msgspec.Raw(json.dumps(normalized).encode())], [None]))
        assert json.loads(again) == normalized
        assert normalized["attributes"].keys() == place.keys()


def test_a_sound_resource_is_passed_on_as_it_came() -> None:
    resource = msgspec.Raw(
        b'{"id":"1","attributes":{"location":{"latitude":1e1,"longitude":null},'
        b'"subscriptions":{"email":{"marketing":{"suppression":[],"consent_timestamp":null,'
        b'"last_updated":"2026-06-23T00:15:23Z"}},"sms":null}}}'
    )
    normalizer = Normalizer(Profiles.normalize, "updated")
    assert normalizer.normalize([resource], ["2026-06-23T00:15:23+00:00"])[0] is resource


def test_consents_and_suppressions_are_put_right() -> None:
    subscriptions = {
        "email": {
            "marketing": {
                "consent_timestamp": SPACED,
                "last_updated": None,
                "method": SPACED,
                "double_optin": "True",
                "suppression": [{"reason": "X", "timestamp": SPACED}, {"timestamp": SOUND}],
                "list_suppressions": [{"timestamp": SPACED}],
            },
            "open_tracking": {"valid_until": "2026-06-23 00:15:23"},
        },
        "whatsapp": None,
    }
    body = orjson.dumps({"id": "1", "attributes": {"subscriptions": subscriptions}})
    made = orjson.loads(record(body, Profiles.normalize))["attributes"]["subscriptions"]
    assert made == {
        "email": {
            "marketing": {
                "consent_timestamp": SOUND,
                "last_updated": None,
                "method": SPACED,
                "double_optin": True,
                "suppression": [{"reason": "X", "timestamp": SOUND}, {"timestamp": SOUND}],
                "list_suppressions": [{"timestamp": SOUND}],
            },
            "open_tracking": {"valid_until": "2026-06-23T00:15:23+00:00"},
        },
        "whatsapp": None,
    }


@given(st.datetimes(timezones=st.none() | st.timezones()), st.sampled_from("T "))
def test_a_normalized_datetime_is_the_same_instant(moment: datetime, separator: str) -> None:
    text = moment.isoformat(separator)
    if (moment.utcoffset() or timedelta()).seconds % 60:
        return  # local mean time, to the second
    normalized = normalized_datetime(text)
    assert normalized[10] == "T"
    assert second(normalized) == second(text)
    assert normalized_datetime(normalized) is normalized


@pytest.mark.parametrize("text", ["", "noon", "2026-06-23", "20260623T001523", "2026-06-23 noon"])
def test_what_is_no_datetime_stays(text: str) -> None:
    assert normalized_datetime(text) is text


@pytest.mark.parametrize(
    ("text", "number"),
    [("55.6600", "55.6600"), (" -1e5 ", "-1e5"), ("", None), ("N/A", None), ("01", None)],
)
def test_numbers_keep_their_digits(text: str, number: str | None) -> None:
    assert normalized_number(text) == number


def test_where_only_the_cursor_may_deviate_nothing_else_is_looked_at() -> None:
    normalizer = Normalizer((("datetime", Form.DATETIME),), "datetime")
    unparsed = [msgspec.Raw(b"not even JSON")]
    assert normalizer.normalize(unparsed, ["2026-06-23T00:15:23+00:00"]) is unparsed
    assert normalizer.normalize(unparsed, [None]) is unparsed
