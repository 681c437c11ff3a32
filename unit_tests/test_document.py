"""Answers become records without their contents being touched."""

from collections.abc import Sequence

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_klaviyo.api.document import DocumentReader, second
from source_klaviyo.errors import UnreadableAnswer
from source_klaviyo.protocol import Page

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(),
    lambda children: st.lists(children) | st.dictionaries(st.text(), children),
    max_leaves=10,
)


def records(page: Page) -> list[bytes]:
    return [b"".join(record) for record in page.records]


def document(*resources: object, included: Sequence[object] = ()) -> bytes:
    return orjson.dumps({"data": resources, "included": included, "links": {"next": "n"}})


@given(st.dictionaries(st.text(), json_values))
def test_custom_properties_come_out_as_they_came_in(properties: dict[str, object]) -> None:
    attributes = {"event_properties": properties, "datetime": "2026-09-04T13:38:55+00:00"}
    resource = {"type": "event", "id": "1", "attributes": attributes}
    page = DocumentReader("datetime").read(document(resource), {})
    assert orjson.loads(records(page)[0]) == {**resource, "datetime": attributes["datetime"]}
    assert b"\n" not in records(page)[0]
    assert page.instants == [1_788_529_135]
    assert page.next == "n"


def test_numbers_keep_every_digit() -> None:
    body = b'{"data":[{"type":"x","id":"1","attributes":{"a":1.10,"b":123456789012345678901234}}]}'
    record = records(DocumentReader().read(body, {}))[0]
    assert b'"a":1.10,"b":123456789012345678901234' in record


def test_layout_is_taken_out_so_that_a_record_is_a_line() -> None:
    body = b'{\n "data": [\r\n {"type": "x",\n "id": "1", "text": "a\\nb"}]}'
    record = records(DocumentReader().read(body, {}))[0]
    assert b"\n" not in record
    assert orjson.loads(record)["text"] == "a\nb"


def test_included_resources_are_put_on_top() -> None:
    tags = {"data": [{"type": "tag", "id": "t"}, {"type": "tag", "id": "gone"}]}
    resource = {
        "type": "campaign",
        "id": "1",
        "relationships": {"tags": tags, "tag-group": {"data": {"type": "tag-group", "id": "g"}}},
    }
    included = [
        {"type": "tag", "id": "t", "attributes": {"name": "Sale"}},
        {"type": "tag-group", "id": "g", "attributes": {"name": "All"}},
    ]
    reader = DocumentReader(joins={"tags": "tags", "tag-group": "tag_group", "none": "none"})
    read = reader.read(document(resource, included=included), {"channel": "sms"})
    record = orjson.loads(records(read)[0])
    assert record["channel"] == "sms"
    assert record["tags"] == [included[0], {"type": "tag", "id": "gone"}]
    assert record["tag_group"] == included[1]
    assert record["none"] is None


def test_ids_of_relationships_are_put_on_top() -> None:
    resource = {
        "type": "item",
        "id": "1",
        "relationships": {
            "variants": {"data": [{"type": "variant", "id": "v"}, {"type": "variant", "id": "w"}]},
            "group": {"data": {"type": "group", "id": "g"}},
            "empty": {"data": []},
            "none": {"data": None},
            "untold": {"links": {}},
        },
    }
    names = ("variants", "group", "empty", "none", "untold")
    reader = DocumentReader(lifts={name: f"{name}_id" for name in names})
    record = orjson.loads(records(reader.read(document(resource), {}))[0])
    assert {key: value for key, value in record.items() if key.endswith("_id")} == {
        "variants_id": ["v", "w"],
        "group_id": "g",
        "empty_id": [],
        "none_id": None,
        "untold_id": None,
    }


def test_the_cursor_can_have_another_name_on_top() -> None:
    resource = {"type": "x", "id": "1", "attributes": {"updated_at": "2026-06-23T00:15:23+00:00"}}
    page = DocumentReader("updated_at", cursor_key="updated").read(document(resource), {})
    assert page.instants == [1_782_173_723]
    assert orjson.loads(records(page)[0]) == {**resource, "updated": "2026-06-23T00:15:23+00:00"}


def test_what_is_taken_has_to_be_told() -> None:
    reader = DocumentReader(takes="tags", owner_key="campaign_id")
    empty = {"type": "campaign", "id": "1", "relationships": {"tags": {"data": []}}}
    assert reader.read(document(empty), {}).records == []
    answers: list[dict[str, object]] = [{}, {"tags": {"links": {}}}]
    for relationships in answers:
        untold = {"type": "campaign", "id": "1", "relationships": relationships}
        with pytest.raises(UnreadableAnswer, match="1 does not tell its tags"):
            reader.read(document(untold), {})


def test_a_missing_cursor_is_null_and_a_space_in_it_is_mended() -> None:
    page = DocumentReader("updated").read(
        document(
            {"type": "x", "id": "1", "attributes": {"updated": None}},
            {"type": "x", "id": "2", "attributes": {"updated": "2026-06-23 00:15:23.918411+00:00"}},
        ),
        {},
    )
    assert page.instants == [None, 1_782_173_723]
    assert [orjson.loads(record)["updated"] for record in records(page)] == [
        None,
        "2026-06-23T00:15:23.918411+00:00",
    ]


@pytest.mark.parametrize(
    "body",
    [
        b"<html>down</html>",
        b"",
        b'{"data": [{"type": "x"',
        b'{"errors": []}',
        b'{"data": "x"}',
        b'{"data": [{"type": "x"}]}',
        b'{"data": [{"type": "x", "id": "1", "attributes": {"updated": "noon"}}]}',
        b'{"data": [{"type": "x", "id": "\xff"}]}',
    ],
)
def test_what_is_no_document_is_refused(body: bytes) -> None:
    with pytest.raises(UnreadableAnswer):
        DocumentReader("updated").read(body, {})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:01+00:00", 1),
        ("1970-01-01T00:00:01.999999+00:00", 1),
        ("1970-01-01T01:00:00+01:00", 0),
        ("1970-01-01T00:00:01Z", 1),
        ("1970-01-01 00:00:01", 1),
        ("1969-12-31T23:59:59.5+00:00", -1),
    ],
)
def test_seconds_are_rounded_down(text: str, expected: int) -> None:
    assert second(text) == expected


@given(st.text(), st.integers(0, 9000))
def test_text_in_utf8_is_sound_wherever_its_characters_lie(text: str, padding: int) -> None:
    body = orjson.dumps({"data": [{"type": "x", "id": "1", "text": "a" * padding + text + "é😀"}]})
    (record,) = records(DocumentReader().read(body, {}))
    assert orjson.loads(record)["text"].endswith("é😀")


@given(
    st.integers(0, 9000), st.sampled_from([b"\xff", b"\xc3", b"\xe2\x82", b"\xf0\x9f\x98", b"\x80"])
)
def test_text_in_no_utf8_is_refused_wherever_it_lies(padding: int, broken: bytes) -> None:
    body = b'{"data": [{"type": "x", "id": "1", "text": "%b%b"}]}' % (b"a" * padding, broken)
    with pytest.raises(UnreadableAnswer):
        DocumentReader().read(body, {})
