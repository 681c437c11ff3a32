"""The schema of a stream's records: the resource, and what the connector puts on top of it."""

from collections.abc import Mapping, Sequence
from typing import Final

from pydantic import BaseModel

from source_klaviyo.reports.report_stream import ReportStream
from source_klaviyo.streams.kinds.base import KlaviyoStream
from source_klaviyo.streams.kinds.delete_checks import DELETED_AT
from source_klaviyo.streams.kinds.included import IncludedStream
from source_klaviyo.streams.kinds.item import ItemStream, JoinedItemStream
from source_klaviyo.streams.kinds.union import UnionStream
from source_klaviyo.streams.records.additions import Addition, CopiedMember
from source_klaviyo.streams.views.consents import COLUMNS, ConsentsView
from tools.sdk import Answer, Sdk, member, wire_type
from tools.shapes import Schema, nullable, of_model, open_object

DRAFT: Final = "http://json-schema.org/draft-07/schema#"

_MOMENT: Final[Schema] = {
    "type": ["null", "string"],
    "format": "date-time",
    "airbyte_type": "timestamp_with_timezone",
}
_EMAIL: Final = ("attributes", "subscriptions", "email")
UNDOCUMENTED: Final[Mapping[str, tuple[Sequence[str], Sequence[str]]]] = {
    "profile": ((*_EMAIL, "click_tracking"), (*_EMAIL, "open_tracking"))
}
"""By type: a member that recorded answers have and the specification lacks, and one like it."""

NEWER_THAN_SDK: Final = ("hashed_email", "hashed_phone_number")
"""Additional fields that Klaviyo's reference of revision 2026-10-15 has and its SDK lacks."""


def record_schema(stream: type[KlaviyoStream], sdk: Sdk) -> Schema:
    """Return the draft-07 schema of the records that `stream` makes (see DocumentReader).

    Raises LookupError where the stream declares what the SDK does not know.
    """
    if issubclass(stream, ReportStream):
        return _report_schema(stream)
    if issubclass(stream, UnionStream):
        schema = record_schema(next(iter(stream.kinds.values())), sdk)
        schema["properties"][stream.kind_key] = {"type": "string"}
        return schema
    schema = _resource_schema(stream, sdk)
    if stream.single:
        schema["properties"][DELETED_AT] = _MOMENT
    return schema


def _resource_schema(stream: type[KlaviyoStream], sdk: Sdk) -> Schema:
    """Return the schema of records that are resources, with what is put on top of them."""
    listing = sdk.answer(stream.endpoint)
    schema = _record(stream, listing, sdk)
    on_top: dict[str, Schema] = {key: {"type": "string"} for _, key in stream.partition_fields}
    if stream.parent_key:
        on_top[stream.parent_key] = {"type": "string"}
    if stream.cursor_attribute:
        key = stream.cursor_key or stream.cursor_attribute
        cursor = _attribute(stream, listing, stream.cursor_attribute)
        on_top[key] = {**cursor, "format": "date-time"}  # or it would be no cursor
    if issubclass(stream, IncludedStream):
        on_top[stream.owner_key] = {"type": "string"}
    else:
        lifted = dict(stream.relationship_ids)
        for relationship in (name for name in stream.include if name not in lifted):
            included = _taken(stream, listing, relationship, sdk)
            if _is_to_many(listing, relationship):
                included = {"type": "array", "items": included}
            on_top[relationship.replace("-", "_")] = nullable(included)
    for relationship, key in stream.relationship_ids:
        on_top[key] = nullable(_lifted(stream, listing, relationship))
    for each in stream.derived:
        on_top |= {key: nullable({"type": kind}) for key, kind in each.types.items()}
    if issubclass(stream, JoinedItemStream):
        item = _resource(sdk.answer(stream.item), dict(stream.item_parameters))
        on_top[stream.joined] = member_schema(item, ("attributes", stream.joined))
    properties = {**schema["properties"], **on_top}
    complete = {"$schema": DRAFT, **schema, "properties": properties}
    for addition in stream.additions:
        _add(complete, addition)
    return complete


def _report_schema(stream: type[ReportStream]) -> Schema:
    """Return the schema of a report's rows: the SDK has no model of what is in its answers."""
    dates = ["date", *(("period_start", "period_end") if stream.period.longest is None else ())]
    properties: dict[str, Schema] = {
        **{name: {"type": "string", "format": "date"} for name in dates},
        **({stream.metric_key: {"type": "string"}} if stream.metric_key else {}),
        **{name: {"type": "string"} for name in stream.groupings},
        **{
            stream.statistic_keys.get(name, name): {"type": ["null", "number"]}
            for name in stream.statistics
        },
    }
    return {"$schema": DRAFT, **open_object(), "properties": properties}


def member_schema(schema: Schema, path: Sequence[str]) -> Schema:
    """Return the schema of what stands at `path` in objects of `schema`."""
    for key in path:
        schema = schema["properties"][key]
    return schema


def _add(schema: Schema, addition: Addition) -> None:
    """Put what `addition` adds into a record's schema."""
    around = member_schema(schema, addition.path[:-1])
    added: Schema = {"type": ["null", "string"]}
    if isinstance(addition, CopiedMember):
        added = member_schema(schema, addition.source)
    around["properties"][addition.path[-1]] = added


def _record(stream: type[KlaviyoStream], listing: Answer, sdk: Sdk) -> Schema:
    """Return the schema of what becomes a record, as Klaviyo answers with it."""
    if stream.resource_view is ConsentsView:
        return {**open_object(), "properties": {name: {**told} for name, told in COLUMNS.items()}}
    if issubclass(stream, IncludedStream):
        return _taken(stream, listing, stream.relationship, sdk)
    if issubclass(stream, ItemStream) and not issubclass(stream, JoinedItemStream):
        return _resource(sdk.answer(stream.item), dict(stream.item_parameters))
    return _resource(listing, dict(stream.parameters))


def _resource(answer: Answer, parameters: dict[str, str]) -> Schema:
    """Return the schema of the answer's resource, of its attributes only those asked for."""
    schema = of_model(answer.resource, answer.documented)
    if "attributes" not in schema["properties"]:
        return schema
    attributes = schema["properties"]["attributes"]["properties"]
    asked = parameters.get(f"additional-fields[{answer.resource_type}]", "").split(",")
    fields = parameters.get(f"fields[{answer.resource_type}]")
    for name in tuple(attributes):
        left_out = name in answer.extras - set(asked)
        if left_out or (fields and name not in fields.split(",")):
            del attributes[name]
    for name in (name for name in NEWER_THAN_SDK if name in asked):
        attributes[name] = {"type": ["null", "string"]}
    added, like = UNDOCUMENTED.get(answer.resource_type, ((), ()))
    if like and like[1] in attributes:
        around = member_schema(schema, added[:-1])
        around["properties"][added[-1]] = member_schema(schema, like)
    return schema


def _taken(stream: type[KlaviyoStream], listing: Answer, relationship: str, sdk: Sdk) -> Schema:
    """Return the schema of the resources that `relationship` brings along."""
    identifier = _identifier(listing.resource, relationship)
    described = sdk.resource(wire_type(identifier))
    if described:
        return _resource(described, dict(stream.parameters))
    # A resource that comes along only, of which the SDK tells no more than what it is.
    schema = of_model(identifier)
    for part in ("attributes", "relationships", "links"):
        schema["properties"][part] = nullable(open_object())
    return schema


def _attribute(stream: type[KlaviyoStream], listing: Answer, name: str) -> Schema:
    found: Schema = of_model(listing.resource)["properties"]["attributes"]
    for key in name.split("."):
        known = found.get("items", found).get("properties", {})
        if key not in known:
            raise LookupError(f"{stream.__name__}: no attribute {name}.")
        found = known[key]
    return found


def _lifted(stream: type[KlaviyoStream], listing: Answer, relationship: str) -> Schema:
    """Return the schema of the id, or of the ids, that `relationship` holds."""
    if issubclass(stream, IncludedStream):
        return {"type": "string"}  # of some such resources the SDK has no model
    _identifier(listing.resource, relationship)
    if _is_to_many(listing, relationship):
        return {"type": "array", "items": {"type": "string"}}
    return {"type": "string"}


def _identifier(resource: type[BaseModel], relationship: str) -> type[BaseModel]:
    return member(member(member(resource, "relationships"), relationship), "data")


def _is_to_many(listing: Answer, relationship: str) -> bool:
    relationships = of_model(listing.resource)["properties"]["relationships"]["properties"]
    return "items" in relationships[relationship]["properties"]["data"]
