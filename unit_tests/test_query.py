"""One request for several views: what it asks for, and what can be left out of it."""

from hypothesis import given
from hypothesis import strategies as st

from source_klaviyo.streams.requests.query import leave_out, optional_parts, unite
from source_klaviyo.streams.views.needs import Needs, include_part

RELATIONS = ("tags", "messages", "actions")
ATTRIBUTES = ("name", "updated", "status")

includes = st.lists(st.sampled_from(RELATIONS), unique=True).map(tuple)
listed = st.lists(st.sampled_from(ATTRIBUTES), min_size=1, unique=True).map(",".join)


@st.composite
def needs(draw: st.DrawFn) -> Needs:
    parameters = draw(
        st.dictionaries(
            st.sampled_from(["fields[flow]", "additional-fields[flow]", "fields[tag]"]), listed
        )
    )
    included = draw(includes)
    if "fields[tag]" in parameters and "tags" not in included:
        included = (*included, "tags")
    return Needs(included, tuple(parameters.items()))


@given(st.lists(needs(), min_size=1, max_size=4))
def test_a_united_request_brings_all_that_each_view_needs(views: list[Needs]) -> None:
    united = unite(views, "flow")
    included = set(filter(None, united.get("include", "").split(",")))
    assert included == {name for view in views for name in view.include}
    for view in views:
        asked = dict(view.parameters)
        more = set(united.get("additional-fields[flow]", "").split(","))
        assert set(asked.get("additional-fields[flow]", "").split(",")) - {""} <= more
        for name, shared in (("fields[flow]", True), ("fields[tag]", "tags" in view.include)):
            narrowed = united.get(name)
            if shared and narrowed is not None:
                assert name in asked, "what one view wants whole is not narrowed for another"
                assert set(asked[name].split(",")) <= set(narrowed.split(","))
    if "fields[flow]" in united:
        assert not included, "a narrowed resource has no relationships"


@given(needs())
def test_one_view_alone_asks_for_what_it_needs_and_no_more(view: Needs) -> None:
    included = {"include": ",".join(view.include)} if view.include else {}
    asked = dict(view.parameters)
    if included:
        asked.pop("fields[flow]", None)
    assert unite([view], "flow") == {**included, **asked}
    assert unite([view, view], "flow") == unite([view], "flow")


def test_attributes_are_narrowed_where_all_views_narrow_them() -> None:
    narrow = Needs(parameters=(("fields[flow]", "updated"),))
    other = Needs(parameters=(("fields[flow]", "id"),))
    assert unite([narrow, other], "flow") == {"fields[flow]": "updated,id"}
    assert unite([narrow, Needs()], "flow") == {}
    assert unite([narrow, Needs(ids=("tags",))], "flow") == {}
    actions = Needs(("actions",), (("fields[flow-action]", "id"),))
    assert unite([narrow, actions], "flow") == {"include": "actions", "fields[flow-action]": "id"}
    assert unite([actions, Needs(("actions",))], "flow") == {"include": "actions"}


asked = {
    "include": "tags,messages",
    "fields[flow]": "name",
    "additional-fields[flow]": "definition",
    "sort": "-updated",
    "filter": "equals(archived,true)",
    "page[size]": "50",
}


def test_what_enriches_can_be_left_out_and_what_selects_cannot() -> None:
    assert optional_parts(asked) == [
        "include=tags",
        "include=messages",
        "additional-fields[flow]",
        "fields[flow]",
    ]
    assert optional_parts({"filter": "x", "page[size]": "1"}) == []


@given(st.sets(st.sampled_from(optional_parts(asked))))
def test_exactly_what_is_left_out_is_missing(parts: set[str]) -> None:
    rest = leave_out(asked, parts)
    assert set(optional_parts(rest)) == set(optional_parts(asked)) - parts
    for name, value in rest.items():
        assert value == asked[name] or name == "include"
    assert rest["filter"] == asked["filter"]
    assert rest["page[size]"] == "50"
    assert ("include" in rest) == bool({"include=tags", "include=messages"} - parts)


def test_a_part_is_named_after_its_relationship() -> None:
    assert include_part("tags") == "include=tags"
    assert leave_out(asked, [include_part("tags")])["include"] == "messages"
