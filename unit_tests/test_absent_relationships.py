"""Klaviyo leaves a relationship without a related resource out: no row is lost for that."""

import logging
from collections.abc import Iterator
from typing import Final

import orjson
import pytest

from klaviyo_sandbox.spec import wire_type
from source_klaviyo.api.auth import api_key
from source_klaviyo.api.granted_scopes import GrantedScopes
from source_klaviyo.protocol import Extract
from source_klaviyo.streams.kinds.base import KlaviyoStream
from source_klaviyo.streams.kinds.included import IncludedStream
from unit_tests.kinds import OF_RESOURCES
from unit_tests.test_declarations import endpoint_of, single
from unit_tests.test_odd_values import MISSING, read

FORMS: Final[dict[str, object]] = {
    "no relationships": {},
    "null relationships": {"relationships": None},
    "absent": {"relationships": {}},
    "null relation": {"relationships": {"NAME": None}},
    "without data": {"relationships": {"NAME": {"links": {"self": "https://a.klaviyo.com/api/x"}}}},
    "null": {"relationships": {"NAME": {"data": None}}},
    "empty": {"relationships": {"NAME": {"data": []}}},
}
"""The forms of a row that has nothing related, `NAME` being the relationship."""


def included(stream: type[KlaviyoStream]) -> Iterator[str]:
    """Yield the relationships that a stream asks Klaviyo to include."""
    yield from stream.include
    if issubclass(stream, IncludedStream):
        yield stream.relationship


def resource(stream: type[KlaviyoStream], name: str, number: str, held: object) -> object:
    """Return a row of the stream's collection."""
    row = {"type": endpoint_of(stream, stream.endpoint).type, "id": number, "attributes": {}}
    text = orjson.dumps(held).replace(b"NAME", name.encode())
    return {**row, **orjson.loads(text)}


def records(found: Extract) -> list[dict[str, object]]:
    whole = [b"".join(record) for record in found.records]
    return [orjson.loads(text) for text in whole or [b"{%b}" % i.fields[1:] for i in found.items]]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("stream", "name"),
    [(stream, name) for stream in single(OF_RESOURCES) for name in included(stream)],
)
def test_rows_without_anything_related_are_read_alone_and_beside_others(
    stream: type[KlaviyoStream], name: str, form: str
) -> None:
    relation = endpoint_of(stream, stream.endpoint).relations[name]
    other = {"type": wire_type(relation.type), "id": "x"}
    held = {"relationships": {"NAME": {"data": [other] if relation.many else other}}}
    rows = [resource(stream, name, n, held if n == "2" else FORMS[form]) for n in "123"]
    beside = records(read(stream, rows, [{**other, "attributes": {}}])[0])
    answers: list[object] = [MISSING, [], None]
    alone = [records(read(stream, rows[::2], along)[0]) for along in answers]
    if issubclass(stream, IncludedStream):
        assert [(each["id"], each[stream.owner_key]) for each in beside] == [("x", "2")]
        assert alone == [[], [], []]
        return
    lifted = dict(stream.relationship_ids).get(name)
    key = lifted or name.replace("-", "_")
    expected = "x" if lifted else {**other, "attributes": {}}
    nothing: object = [] if form == "empty" else None
    shown = {each["id"]: each[key] for each in beside}
    assert shown == {"1": nothing, "2": [expected] if relation.many else expected, "3": nothing}
    for found in alone:
        assert [(each["id"], each[key]) for each in found] == [("1", nothing), ("3", nothing)]


def test_silence_about_what_takes_another_scope_is_told_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    scopes = GrantedScopes(api_key("pk"))
    for told in (False, True, False):
        scopes.answered("tags:read", "tags of flows", told=told)
        scopes.answered("metrics:read", "metric of events_detailed", told=False)
    with caplog.at_level(logging.WARNING, logger="airbyte"):
        scopes.report_silence()
    assert [record.getMessage() for record in caplog.records] == [
        (
            "Klaviyo has named no metric of events_detailed. If the account has some, the scope"
            " metrics:read may be missing."
        )
    ]
