"""Answers are taken apart without their contents being touched."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_klaviyo.api.documents.document import Document, DocumentReader, second
from source_klaviyo.api.documents.resource_fields import FieldsReader
from source_klaviyo.errors import UnreadableAnswer


def read(body: bytes, cursor: str | None = None) -> Document:
    return DocumentReader(FieldsReader(cursor)).read(body)


def resources(body: bytes) -> list[bytes]:
    return [bytes(raw) for raw in read(body).resources]


def test_numbers_keep_every_digit() -> None:
    resource = b'{"type":"x","id":"1","attributes":{"a":1.10,"b":123456789012345678901234}}'
    assert resources(b'{"data":[%b]}' % resource) == [resource]


def test_layout_is_taken_out_so_that_a_record_is_a_line() -> None:
    body = b'{\n "data": [\r\n {"type": "x",\n "id": "1", "text": "a\\nb"}]}'
    (resource,) = resources(body)
    assert b"\n" not in resource
    assert orjson.loads(resource)["text"] == "a\nb"


@pytest.mark.parametrize(
    ("links", "following", "told"),
    [
        (b"", None, False),
        (b',"links":null', None, False),
        (b',"links":{}', None, False),
        (b',"links":{"prev":"p"}', None, False),
        (b',"links":{"self":"s"}', None, True),
        (b',"links":{"next":""}', None, True),
        (b',"links":{"next":null}', None, True),
        (b',"links":{"self":"s","next":"n"}', "n", True),
    ],
)
def test_the_end_is_told_from_silence(links: bytes, following: str | None, *, told: bool) -> None:
    document = read(b'{"data":[]%b}' % links)
    assert (document.next, document.links) == (following, told)


def test_cursors_are_seconds_and_what_is_no_datetime_is_none() -> None:
    values = ["null", '"2026-06-23 00:15:23.918411+00:00"', '"noon"', '"1969-12-31T23:59:58Z"']
    rows = ",".join(
        f'{{"id":"{number}","attributes":{{"updated":{value}}}}}'
        for number, value in enumerate(values)
    )
    document = read(f'{{"data":[{rows},{{"id":"4"}}]}}'.encode(), "updated")
    assert document.cursors == [None, 1_782_173_723, None, -2, None]
    assert list(document.fields.ids) == ["0", "1", "2", "3", "4"]


def test_an_item_is_read_by_itself() -> None:
    reader = DocumentReader(FieldsReader(None))
    document = reader.read_item(b'{"data":{"id":"1","n":1.0},"links":{"self":"s"}}')
    assert [bytes(raw) for raw in document.resources] == [b'{"id":"1","n":1.0}']
    assert document.next is None
    with pytest.raises(UnreadableAnswer):
        reader.read_item(b'{"data":null}')
    with pytest.raises(UnreadableAnswer):
        reader.read_item(b'{"data":{"id":"1"},"errors":[{"detail":"shard down"}]}')


@pytest.mark.parametrize("rows", [b"", b'{"type":"x","id":"1"}'])
def test_errors_are_no_page_though_it_is_a_200(rows: bytes) -> None:
    with pytest.raises(UnreadableAnswer, match="shard down"):
        read(b'{"data":[%b],"errors":[{"detail":"shard down"}],"links":{"next":null}}' % rows)


@pytest.mark.parametrize("errors", [b"null", b"[]"])
def test_no_errors_are_none(errors: bytes) -> None:
    assert read(b'{"data":[],"errors":%b}' % errors).resources == []


@pytest.mark.parametrize(
    "body",
    [
        b"<html>down</html>",
        b"",
        b'{"data": [{"type": "x"',
        b'{"errors": []}',
        b'{"data": "x"}',
        b'{"data": null}',
        b'{"data": [], "links": {"next": "http://["}}',
    ],
)
def test_what_is_no_document_is_refused(body: bytes) -> None:
    with pytest.raises(UnreadableAnswer):
        read(body, "updated")


@pytest.mark.parametrize(
    ("value", "becomes"),
    [
        (rb'"a\ud83d"', "a\ufffd"),
        (b'"a\xff"', "a\ufffd"),
        (b'"a\tb"', "a\tb"),
        (b"NaN", None),
        (b"-Infinity", None),
    ],
)
def test_one_odd_value_does_not_stop_a_page(value: bytes, becomes: str | None) -> None:
    body = b'{"data":[{"id":"1","a":%b,"n":1.10},{"id":"2"}],"links":{}}' % value
    document = read(body)
    first, second = (bytes(raw) for raw in document.resources)
    assert orjson.loads(first)["a"] == becomes
    assert b'"n":1.10' in first
    assert second == b'{"id":"2"}'
    assert document.repaired
    assert not read(b'{"data":[{"id":"1"}]}').repaired


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
    document = read(body)
    assert not document.repaired
    assert [bytes(raw) for raw in document.resources] == [body[len(b'{"data":[') : -2]]


@given(
    st.integers(0, 9000), st.sampled_from([b"\xff", b"\xc3", b"\xe2\x82", b"\xf0\x9f\x98", b"\x80"])
)
def test_text_in_no_utf8_is_repaired_wherever_it_lies(padding: int, broken: bytes) -> None:
    body = b'{"data": [{"type": "x", "id": "1", "text": "%b%b"}]}' % (b"a" * padding, broken)
    document = read(body)
    assert document.repaired
    (resource,) = document.resources
    assert orjson.loads(bytes(resource))["text"] == "a" * padding + broken.decode(
        "utf-8", "replace"
    )
