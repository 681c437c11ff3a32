"""What every stream declares is what Klaviyo's specification says of its endpoint."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final

import pytest

from klaviyo_sandbox.spec import REVISION, Endpoint, Spec, load_spec, wire_type
from source_klaviyo.api.documents.normalize import Form
from source_klaviyo.api.filters import Bound
from source_klaviyo.api.quotas.limits import Limit, S
from source_klaviyo.protocol import Window
from source_klaviyo.streams.campaigns import CampaignMessages, Campaigns, CampaignSendJobs
from source_klaviyo.streams.coupons import CouponCodes
from source_klaviyo.streams.custom_objects import ObjectIngestionLogs
from source_klaviyo.streams.kinds.base import KlaviyoStream
from source_klaviyo.streams.kinds.included import IncludedStream
from source_klaviyo.streams.kinds.item import ItemStream, NamedItemStream
from source_klaviyo.streams.kinds.union import UnionStream
from source_klaviyo.streams.kinds.windowed import WindowedStream
from source_klaviyo.streams.lists import Lists, ListsDetailed
from source_klaviyo.streams.profiles import (
    ProfilePredictiveAnalytics,
    Profiles,
    ProfilesAtFullSpeed,
)
from source_klaviyo.streams.reviews import Reviews
from source_klaviyo.streams.webhooks import Webhooks
from tools.draft_stream import CHANGES
from tools.generate_schemas import FOLDER
from unit_tests.kinds import OF_RESOURCES, made

HIDDEN: Final = {"archived", "hidden"}
"""Filters without which Klaviyo leaves rows out."""
ALWAYS_WITH_DATA: Final = {"metric", "profile", "coupon"}
"""Relationships of events and coupon codes that hold their id without being included."""

_EXPRESSION: Final = re.compile(r"([a-z-]+)\(([\w.]+),")


def single(streams: Iterable[type[KlaviyoStream]]) -> Iterator[type[KlaviyoStream]]:
    """Yield the streams that read one endpoint each."""
    for stream in streams:
        if issubclass(stream, UnionStream):
            yield from stream.kinds.values()
        else:
            yield stream


def spec_of(stream: type[KlaviyoStream]) -> Spec:
    """Return the specification of the revision at which the stream is read by default."""
    return load_spec(stream.revision_at(REVISION))


def endpoint_of(stream: type[KlaviyoStream], path: str) -> Endpoint:
    found = spec_of(stream).endpoints.get(f"/api/{path}")
    if found is None:
        raise LookupError(
            f"GET /api/{path} is not in the revision that {stream.__name__} is read at"
        )
    return found


def item_of(stream: type[ItemStream]) -> Endpoint:
    revision = stream.revision_at(REVISION)
    spec = load_spec(max(revision, stream.oldest_item_revision or revision))
    return spec.endpoints[f"/api/{stream.item}"]


def queries(stream: type[KlaviyoStream]) -> Iterator[dict[str, str]]:
    """Yield the first requests that the stream makes, one for each partition."""
    read = made(stream)
    for partition in read.partitions or [{read.parent_key: "the parent's id"}]:
        window = Window(1_000_000_000, 1_100_000_000)
        request = replace(read.first_request(partition), window=window)
        yield read.collection([read.collection_view(read.name)]).parameters(request)


def deviations(stream: type[KlaviyoStream]) -> set[str]:
    """Return the names of the declared attributes that the specification contradicts."""
    endpoint = endpoint_of(stream, stream.endpoint)
    said = {
        "limit": stream.limit.windows == endpoint.windows,
        "page_size": stream.page_size == _largest_page(endpoint),
        "include": set(stream.include) <= set(endpoint.include),
        "costly": dict(stream.costly) == _costly(dict(stream.parameters), endpoint),
        "opt_in": _opt_in(stream, endpoint) <= set(stream.opt_in),
        "resource": stream.resource in {None, wire_type(endpoint.type)},
        "relationship_ids": _ids_are_told(stream, endpoint),
        "partitions": _partitions(stream) == (set(endpoint.filters) & HIDDEN),
        **_parent(stream),
        **_cursor(stream, endpoint),
    }
    if issubclass(stream, IncludedStream):
        said["relationship"] = stream.relationship in endpoint.include
    if issubclass(stream, ItemStream):
        item = item_of(stream)
        said["item"] = item.kind == "item"
        said["item_limit"] = stream.item_limit.windows == item.windows
        asked = dict(stream.item_parameters)
        said["item_costly"] = dict(stream.item_costly) == _costly(asked, item)
        said["item_parameters"] = _allowed(dict(stream.item_parameters), item)
    said["query"] = all(_allowed(query, endpoint) for query in queries(stream))
    return {name for name, holds in said.items() if not holds}


def _opt_in(stream: type[KlaviyoStream], endpoint: Endpoint) -> set[str]:
    """Return the attributes that Klaviyo leaves out, and the stream does not ask for."""
    asked = dict(stream.parameters)
    if f"fields[{stream.resource}]" in asked:
        return set()
    offered = endpoint.additional_fields.get(stream.resource or "", ())
    return {*offered} - {*asked.get(f"additional-fields[{stream.resource}]", "").split(",")}


def _largest_page(endpoint: Endpoint) -> int | None:
    size = endpoint.page_size
    return size.maximum if size and size.minimum < size.maximum else None


def _costly(asked: Mapping[str, str], endpoint: Endpoint) -> dict[str, Limit]:
    return {
        rule.value: Limit(rule.windows[1], rule.windows[60])
        for rule in endpoint.reduced
        if rule.value in asked.get(rule.parameter, "").split(",")
    }


def _ids_are_told(stream: type[KlaviyoStream], endpoint: Endpoint) -> bool:
    if issubclass(stream, IncludedStream):
        taken = spec_of(stream).relations.get(endpoint.relations[stream.relationship].type)
        return taken is None or all(name in taken for name, _ in stream.relationship_ids)
    names = {name for name, _ in stream.relationship_ids}
    return names <= endpoint.relations.keys() and names <= {*stream.include, *ALWAYS_WITH_DATA}


def _partitions(stream: type[KlaviyoStream]) -> set[str]:
    if stream.parent:
        return set()
    return {name for partition in stream.partitions for name in partition} & HIDDEN


def _parent(stream: type[KlaviyoStream]) -> dict[str, bool]:
    if stream.parent is None:
        return {"parent": "{id}" not in stream.endpoint}
    parent = stream.parent
    above = endpoint_of(parent, parent.endpoint)
    in_path = stream.endpoint.startswith(f"{parent.endpoint}/{{id}}/")
    if issubclass(parent, IncludedStream):
        in_path = stream.endpoint.startswith(f"{parent.relationship}/{{id}}/")
    elif parent.resource is None or "id" not in above.fields[parent.resource]:
        return {"parent": False}
    by_filter = stream.parent_filter == f"{parent.resource}.id" and "{id}" not in stream.endpoint
    return {"parent": (in_path and not stream.parent_filter) or by_filter}


def _cursor(stream: type[KlaviyoStream], endpoint: Endpoint) -> dict[str, bool]:
    filterable = {
        name: set(rule.all_operators)
        for name, rule in endpoint.filters.items()
        if {Bound.GREATER_THAN, Bound.GREATER_OR_EQUAL} & set(rule.all_operators)
    }
    if not issubclass(stream, WindowedStream):
        usable = (filterable.keys() | set(endpoint.sort)) & {*CHANGES}
        owners = issubclass(
            stream, (IncludedStream, NamedItemStream)
        )  # whose cursor need not tell of what is taken
        return {"cursor_attribute": stream.cursor_attribute is None and (owners or not usable)}
    operators = filterable.get(stream.cursor_attribute, set())
    sort = stream.sort_key or stream.cursor_attribute
    said = {
        "cursor_attribute": stream.cursor_attribute.partition(".")[0] in endpoint.attributes,
        "newest_first": stream.newest_first == (not operators and stream.sortable),
        "sortable": stream.sortable == (sort in endpoint.sort),
        "ordered": stream.sortable or not stream.ordered,
    }
    if operators:
        strict = Bound.GREATER_THAN in operators
        said["lower"] = stream.lower in operators and strict == (stream.lower is Bound.GREATER_THAN)
        said["upper"] = stream.upper == (Bound.LESS_THAN in operators)
    return said


def _allowed(query: dict[str, str], endpoint: Endpoint) -> bool:
    """Tell whether the endpoint knows every parameter of `query`, and every name in them."""
    expressions = _EXPRESSION.findall(query.get("filter", ""))
    filtered = {field for _, field in expressions}
    required = endpoint.required_filters
    return all(
        [
            all(_knows(endpoint, name, value) for name, value in query.items()),
            all(
                field in endpoint.filters and operator in endpoint.filters[field].all_operators
                for operator, field in expressions
            ),
            all(filtered >= set(group) for group in required.get("all_of", ())),
            any(filtered >= set(group) for group in required.get("one_of", [[]])),
        ]
    )


def _knows(endpoint: Endpoint, name: str, value: str) -> bool:
    kind, _, subject = name.rstrip("]").partition("[")
    names = set(value.split(","))
    match kind:
        case "filter":
            return bool(endpoint.filters)
        case "sort":
            return value.removeprefix("-") in endpoint.sort
        case "include":
            return names <= set(endpoint.include)
        case "page":
            return endpoint.page_size is not None
        case "fields":
            return names <= endpoint.fields[subject]
        case "additional-fields":
            return names <= endpoint.additional_fields[subject]
        case _:
            return False


each_stream = pytest.mark.parametrize(
    "stream", list(single(OF_RESOURCES)), ids=lambda stream: stream.__name__
)


@each_stream
def test_a_stream_is_declared_as_specified(stream: type[KlaviyoStream]) -> None:
    assert deviations(stream) == set(), f"compare: python -m tools.draft_stream {stream.endpoint}"
    public = not stream.__name__.startswith("_")
    assert not public or (stream.__doc__ or "").strip().endswith(".")


def changed(stream: type[KlaviyoStream], **attributes: object) -> type[KlaviyoStream]:
    """Return `stream` with some attributes changed, as if by hand."""
    return type(stream.__name__, (stream,), attributes)


@pytest.mark.parametrize(
    ("stream", "attributes"),
    [
        (Profiles, {"limit": Limit(75, 751)}),
        (Profiles, {"page_size": 99}),
        (ObjectIngestionLogs, {"page_size": 50}),
        (CouponCodes, {"parent_filter": "coupon"}),
        (Campaigns, {"include": ("messages",)}),
        (Campaigns, {"partitions": ({"archived": True}, {"archived": False})}),
        (CampaignMessages, {"relationship": "messages"}),
        (CampaignSendJobs, {"item": "campaigns"}),
        (CampaignSendJobs, {"item_limit": S}),
        (ListsDetailed, {"item_costly": ()}),
        (ProfilePredictiveAnalytics, {"costly": ()}),
        (ProfilePredictiveAnalytics, {"costly": (("predictive_analytics", S),)}),
        (Profiles, {"parameters": (("additional-fields[profile]", "everything"),)}),
        (ProfilesAtFullSpeed, {"opt_in": ("subscriptions",)}),
        (Profiles, {"lower": Bound.GREATER_OR_EQUAL}),
        (Lists, {"upper": True}),
        (Lists, {"cursor_attribute": "name"}),
        (Lists, {"resource": "segment"}),
        (Reviews, {"newest_first": False}),
        (ObjectIngestionLogs, {"sortable": True}),
        (ObjectIngestionLogs, {"ordered": True}),
        (Webhooks, {"relationship_ids": (("topics", "topic_ids"),)}),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else str(value),
)
def test_a_change_by_hand_is_found(
    stream: type[KlaviyoStream], attributes: dict[str, object]
) -> None:
    try:
        found = deviations(changed(stream, **attributes))
    except LookupError:  # a name that the specification does not have at all
        return
    assert found & {*attributes, "query"}


def test_a_collection_with_a_cursor_is_not_read_as_a_snapshot() -> None:
    class Snapshot(KlaviyoStream):
        """Forms, read whole."""

        endpoint = "forms"
        scopes = ("forms:read",)
        limit = S
        page_size = 100

    assert deviations(Snapshot) == {"cursor_attribute"}


def test_every_moment_of_consent_is_normalized() -> None:
    schema = json.loads((FOLDER / "profiles.json").read_text(encoding="utf-8"))
    subscriptions = schema["properties"]["attributes"]["properties"]["subscriptions"]
    normalized = {path for path, form in Profiles.normalize if form is Form.DATETIME}
    assert set(_moments(subscriptions, "subscriptions")) <= normalized


def _moments(schema: dict[str, Any], path: str) -> Iterator[str]:
    if schema.get("format") == "date-time":
        yield path
    for name, below in schema.get("properties", {}).items():
        yield from _moments(below, f"{path}.{name}")
    if "items" in schema:
        yield from _moments(schema["items"], path)
