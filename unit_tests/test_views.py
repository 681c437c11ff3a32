"""What views make of a page: records, items and partitions, contents untouched."""

from collections.abc import Sequence

import orjson
from hypothesis import given
from hypothesis import strategies as st

from source_klaviyo.api.documents.document import Document, DocumentReader
from source_klaviyo.protocol import Extract
from source_klaviyo.streams.views.included import IncludedView
from source_klaviyo.streams.views.items import ItemView
from source_klaviyo.streams.views.needs import Needs, fields_reader
from source_klaviyo.streams.views.parents import ParentsView
from source_klaviyo.streams.views.record_fields import RecordFields
from source_klaviyo.streams.views.resources import ResourceView
from source_klaviyo.streams.views.view import View

TAGS = Needs(("tags",), identifiers=("tags",))


def read(
    view: View, *resources: object, included: Sequence[object] = (), cursor: str | None = None
) -> Document:
    body = {"data": resources, "included": included, "links": {"next": "n"}}
    return DocumentReader(fields_reader(cursor, [view.needs])).read(orjson.dumps(body))


def extract(
    view: View, *resources: object, included: Sequence[object] = (), cursor: str | None = None
) -> Extract:
    return view.extract(read(view, *resources, included=included, cursor=cursor), {})


def records(found: Extract) -> list[dict[str, object]]:
    return [orjson.loads(b"".join(record)) for record in found.records]


def tagged(name: str, *tags: str) -> dict[str, object]:
    held = [{"type": "tag", "id": tag} for tag in tags]
    return {"type": "flow", "id": name, "relationships": {"tags": {"data": held}}}


def tag(name: str) -> dict[str, object]:
    return {"type": "tag", "id": name, "attributes": {"name": name.upper()}}


def test_a_record_begins_with_the_very_bytes_that_came() -> None:
    raw = b'{"id":"1", "a":1.10,"b":{"%s":12345678901234567890123}}'
    view = ResourceView("x", RecordFields(constants={"kind": "100 %"}), Needs())
    document = DocumentReader(fields_reader(None, [])).read(b'{"data":[%b]}' % raw)
    ((piece, rest),) = view.extract(document, {}).records
    assert bytes(piece) == raw[:-1]
    assert rest == b',"kind":"100 %"}'


def test_included_resources_are_put_on_top() -> None:
    tags = {"data": [{"type": "tag", "id": "t"}, {"type": "tag", "id": "gone"}]}
    group = {"data": {"type": "tag-group", "id": "g"}}
    relationships = {"tags": tags, "tag-group": group, "none": {"data": None}, "no": {"data": []}}
    resource = {"type": "campaign", "id": "1", "relationships": relationships}
    included = [tag("t"), {"type": "tag-group", "id": "g", "attributes": {"name": "All"}}]
    joins = {"tags": "tags", "tag-group": "tag_group", "none": "none", "no": "no"}
    fields = RecordFields(joins=joins, partition={"messages.channel": "channel"})
    view = ResourceView("campaigns", fields, Needs(identifiers=tuple(joins)))
    document = read(view, resource, included=included)
    (record,) = records(view.extract(document, {"messages.channel": "sms", "archived": True}))
    assert record == {
        **resource,
        "channel": "sms",
        "tags": [tag("t"), {"type": "tag", "id": "gone"}],
        "tag_group": included[1],
        "none": None,
        "no": [],
    }


def test_ids_of_relationships_are_put_on_top() -> None:
    variants = [{"type": "variant", "id": "v"}, {"type": "variant", "id": "w"}]
    resource = {
        "type": "item",
        "id": "1",
        "relationships": {
            "variants": {"data": variants},
            "group": {"data": {"type": "group", "id": "g"}},
            "empty": {"data": []},
            "none": {"data": None},
            "untold": {"links": {}},
        },
    }
    names = ("variants", "group", "empty", "none", "untold")
    fields = RecordFields(ids={name: f"{name}_id" for name in names})
    (record,) = records(extract(ResourceView("items", fields, Needs(ids=names)), resource))
    assert {key: value for key, value in record.items() if key.endswith("_id")} == {
        "variants_id": ["v", "w"],
        "group_id": "g",
        "empty_id": [],
        "none_id": None,
        "untold_id": None,
    }


def test_the_cursor_can_have_another_name_on_top() -> None:
    resource = {"type": "x", "id": "1", "attributes": {"updated_at": "2026-06-23T00:15:23+00:00"}}
    view = ResourceView("x", RecordFields("updated"), Needs())
    found = extract(view, resource, cursor="updated_at")
    assert records(found) == [{**resource, "updated": "2026-06-23T00:15:23+00:00"}]


@given(st.none() | st.text() | st.sampled_from(['12"', "\\", "noon", "2026-06-23 00:15:23"]))
def test_a_cursor_in_whatever_form_makes_a_record_that_is_json(text: str | None) -> None:
    view = ResourceView("x", RecordFields("updated"), Needs())
    resource = {"type": "x", "id": "1", "attributes": {"updated": text}}
    (record,) = records(extract(view, resource, cursor="updated"))
    expected = "2026-06-23T00:15:23+00:00" if text == "2026-06-23 00:15:23" else text
    assert record["updated"] == expected


def included_view(**ids: str) -> IncludedView:
    return IncludedView("tag_links", "tags", "flow_id", RecordFields("updated", ids=ids), TAGS)


def test_included_resources_are_records_of_their_own_with_their_owner_and_its_cursor() -> None:
    second = {**tagged("2", "a", "b"), "attributes": {"updated": "2026-06-23T00:15:23+00:00"}}
    first, included = tagged("1"), [tag("a"), tag("b")]
    found = extract(included_view(), first, second, included=included, cursor="updated")
    top = {"updated": "2026-06-23T00:15:23+00:00", "flow_id": "2"}
    assert records(found) == [{**tag("a"), **top}, {**tag("b"), **top}]
    assert found.rows == [1, 1]


def test_what_is_dropped_of_a_page_takes_along_what_was_included_for_it() -> None:
    resources = [tagged("1", "a"), tagged("2", "a", "b"), tagged("3", "b")]
    found = extract(included_view(), *resources, included=[tag("a"), tag("b")], cursor="updated")
    kept = found.only([True, False, True])
    assert [record["flow_id"] for record in records(kept)] == ["1", "3"]
    assert kept.rows == [0, 2]
    parents = extract(
        ParentsView("tags", "tag_id", TAGS, "tags"), *resources, included=[tag("a"), tag("b")]
    )
    assert parents.only([False, True, False]).children == [{"tag_id": "a"}, {"tag_id": "b"}]


def test_ids_of_an_included_resource_are_its_own() -> None:
    group = {"group": {"data": {"type": "group", "id": "g"}}}
    included = [{**tag("a"), "relationships": group}]
    found = extract(
        included_view(group="group_id"), tagged("1", "a"), included=included, cursor="updated"
    )
    assert [record["group_id"] for record in records(found)] == ["g"]


def test_items_are_asked_for_by_id_and_get_what_the_listing_knows() -> None:
    view = ItemView("x", RecordFields("updated", constants={"kind": "sms"}), Needs())
    listed = {"type": "x", "id": "1", "attributes": {"updated": "2026-06-23 00:15:23"}}
    (item,) = extract(view, listed, cursor="updated").items
    assert item.id == "1"
    assert orjson.loads(b"{" + item.fields[1:] + b"}") == {
        "kind": "sms",
        "updated": "2026-06-23T00:15:23+00:00",
    }


def test_every_resource_is_a_parent_unless_it_cannot_have_children() -> None:
    rows = [{"type": "list", "id": name} for name in "abc"]
    view = ParentsView("lists", "list_id", Needs())
    assert extract(view, *rows).children == [{"list_id": name} for name in "abc"]
    picky = ParentsView("lists", "list_id", Needs(), wanted=lambda raw: b'"b"' not in bytes(raw))
    found = extract(picky, *rows)
    assert found.children == [{"list_id": "a"}, {"list_id": "c"}]
    assert found.only([False, True, True]).children == [{"list_id": "c"}]


def test_views_of_one_page_find_what_each_of_them_needs() -> None:
    flows = ResourceView("flows", RecordFields(joins={"tags": "tags"}), TAGS)
    links = included_view()
    plain = ResourceView("plain", RecordFields(ids={"tags": "tag_ids"}), Needs(ids=("tags",)))
    document = DocumentReader(
        fields_reader("updated", [flows.needs, links.needs, plain.needs])
    ).read(orjson.dumps({"data": [tagged("1", "a")], "included": [tag("a")]}))
    found = [records(view.extract(document, {}))[0] for view in (flows, links, plain)]
    assert found[0]["tags"] == [tag("a")]
    assert found[1]["flow_id"] == "1"
    assert found[2]["tag_ids"] == ["a"]
