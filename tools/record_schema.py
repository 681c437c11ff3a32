"""The schema of a stream's records: the resource, and what the connector puts on top of it."""

from typing import Final

from source_klaviyo.streams.base import KlaviyoStream
from tools.sdk import Answer, Sdk, member, wire_type
from tools.shapes import Schema, nullable, of_model, open_object

DRAFT: Final = "http://json-schema.org/draft-07/schema#"


def record_schema(stream: type[KlaviyoStream], sdk: Sdk) -> Schema:
    """Return the draft-07 schema of the records that `stream` makes (see DocumentReader).

    Raises LookupError where the stream declares what the SDK does not know.
    """
    answer = sdk.answer(stream.endpoint)
    schema = _resource(answer, stream)
    properties = schema["properties"]
    on_top: dict[str, Schema] = {key: {"type": "string"} for _, key in stream.marks}
    if stream.cursor_attribute:
        attributes = properties["attributes"]["properties"]
        if stream.cursor_attribute not in attributes:
            raise LookupError(f"{stream.__name__}: no attribute {stream.cursor_attribute}.")
        on_top[stream.cursor_attribute] = attributes[stream.cursor_attribute]
    for relationship in stream.include:
        on_top[relationship.replace("-", "_")] = _included(stream, answer, relationship, sdk)
    return {"$schema": DRAFT, **schema, "properties": {**properties, **on_top}}


def _resource(answer: Answer, stream: type[KlaviyoStream]) -> Schema:
    """Return the schema of the answer's resource, of the extras only those `stream` asks for."""
    schema = of_model(answer.resource)
    asked = dict(stream.parameters).get(f"additional-fields[{answer.resource_type}]", "")
    for name in answer.extras - set(asked.split(",")):
        del schema["properties"]["attributes"]["properties"][name]
    return schema


def _included(stream: type[KlaviyoStream], answer: Answer, relationship: str, sdk: Sdk) -> Schema:
    """Return the schema of the resources that `relationship` brings along: a list, or just one."""
    identifier = member(member(member(answer.resource, "relationships"), relationship), "data")
    described = sdk.resource(wire_type(identifier))
    if described:
        schema = _resource(described, stream)
    else:
        # A resource that comes along only, of which the SDK tells no more than what it is.
        schema = of_model(identifier)
        for part in ("attributes", "relationships", "links"):
            schema["properties"][part] = nullable(open_object())
    relationships = of_model(answer.resource)["properties"]["relationships"]["properties"]
    if "items" in relationships[relationship]["properties"]["data"]:
        schema = {"type": "array", "items": schema}
    return nullable(schema)
