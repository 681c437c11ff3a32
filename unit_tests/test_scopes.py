"""Which scopes streams need is what Klaviyo's specification says, and what the docs say."""

import pytest

from klaviyo_sandbox.spec import Spec
from source_klaviyo.registry import STREAMS, enriching_scopes, scopes_of, stream_name
from source_klaviyo.streams.campaigns import Campaigns
from source_klaviyo.streams.kinds.base import KlaviyoStream
from source_klaviyo.streams.kinds.included import IncludedStream
from source_klaviyo.streams.kinds.item import ItemStream
from source_klaviyo.streams.lists import Lists
from tools.scope_docs import PAGE, page
from unit_tests.kinds import OF_RESOURCES
from unit_tests.test_declarations import endpoint_of, item_of, single, spec_of


def scopes_of_type(spec: Spec, kind: str) -> set[str]:
    """Return what resources of a type need: as little as any endpoint asks that shows them."""
    found = [set(endpoint.scopes) for endpoint in spec.endpoints.values() if endpoint.type == kind]
    return min(found, key=len, default=set())


def included(stream: type[KlaviyoStream]) -> dict[str, set[str]]:
    """Return the scopes of what a stream includes, beyond those of its collection."""
    endpoint = endpoint_of(stream, stream.endpoint)
    names = [
        *stream.include,
        *([stream.relationship] if issubclass(stream, IncludedStream) else []),
    ]
    scopes = {
        name: scopes_of_type(spec_of(stream), endpoint.relations[name].type) - {*endpoint.scopes}
        for name in names
    }
    return {name: needed for name, needed in scopes.items() if needed}


def required(stream: type[KlaviyoStream]) -> set[str]:
    """Return the scopes without which a stream has no record."""
    scopes = set(endpoint_of(stream, stream.endpoint).scopes)
    if stream.parent:
        scopes |= required(stream.parent)
    if issubclass(stream, ItemStream):
        scopes |= set(item_of(stream).scopes)
    if issubclass(stream, IncludedStream):
        scopes |= included(stream).get(stream.relationship, set())
    return scopes


@pytest.mark.parametrize("stream", list(single(OF_RESOURCES)), ids=lambda stream: stream.__name__)
def test_a_stream_needs_what_its_records_need_and_no_more(stream: type[KlaviyoStream]) -> None:
    assert set(stream.scopes) == required(stream)
    assert list(stream.scopes) == sorted(stream.scopes)
    declared: dict[str, set[str]] = {}
    for relationship, scope in stream.include_scopes:
        declared.setdefault(relationship, set()).add(scope)
    assert declared == included(stream)


def test_some_streams_are_richer_with_another_scope() -> None:
    assert enriching_scopes(Campaigns) == ["tags:read"]
    assert enriching_scopes(Lists) == []
    assert scopes_of([Campaigns, Lists]) == ["campaigns:read", "lists:read", "tags:read"]
    assert all(scope.endswith(":read") for scope in scopes_of())


def test_the_page_is_what_the_tool_writes() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert written == page(written, STREAMS), "run: python -m tools.scope_docs"
    for stream in STREAMS:
        assert written.count(f"\n| {stream_name(stream)} | `") == 1


def test_a_page_without_the_table_is_an_error() -> None:
    with pytest.raises(LookupError):
        page("# Sign-in\n", STREAMS)
