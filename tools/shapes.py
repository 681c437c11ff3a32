"""From pydantic models to JSON schemas that allow all that Klaviyo may send.

Objects are open, values are not listed, and whatever is not an identifier may be null: Klaviyo
adds attributes and values within a revision, and leaves out or nulls what it has not got.
"""

import inspect
from collections.abc import Mapping
from datetime import date, datetime
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Final, TypeAlias, Union, get_args, get_origin

from pydantic import BaseModel

from tools.documented import Documented

Schema: TypeAlias = dict[str, Any]

_SCALARS: Final[Mapping[object, Schema]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: {"type": "number"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
}

# Documented as string or number; the connector makes numbers of them (api/documents/normalize.py).
_MENDED: Final = frozenset({"latitude", "longitude"})

# Documented as strings, but Klaviyo gives a number back where a profile was written with one
# (recorded, and issue 85 of klaviyo-api-python).
_ECHOED: Final = frozenset({"external_id", "zip"})

_UNKNOWN: Final = Documented()


def open_object() -> Schema:
    """Return the schema of an object of which nothing is known."""
    return {"type": "object", "additionalProperties": True}


def nullable(schema: Schema) -> Schema:
    """Return `schema` with null allowed; one without a type allows it already."""
    if "type" not in schema:
        return schema
    types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return {**schema, "type": ["null", *types]}


def of_model(
    model: type[BaseModel],
    documented: Documented = _UNKNOWN,
    above: tuple[type[BaseModel], ...] = (),
) -> Schema:
    """Return the schema of the JSON object that `model` describes.

    `documented` is what the OpenAPI document says of it, for where the SDK says less. `above` are
    the models around it: where one of them comes again, an open object takes the place of what
    would have no end.
    """
    if model in above:
        return open_object()
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    fixed = _identity(fields)
    properties: dict[str, Schema] = {}
    told = documented.properties
    for name, field in fields.items():
        schema = _of_annotation(field.annotation, told.get(name, _UNKNOWN), (*above, model))
        if name in _MENDED:
            schema = {"type": "number"}
        if name in _ECHOED and model.__name__.startswith("Profile"):
            schema = {"type": ["string", "number"]}
        if name not in fixed:
            schema = nullable(schema)
        if field.description:
            schema = {"description": field.description, **schema}
        properties[name] = schema
    return {**open_object(), "properties": properties}


def _identity(fields: Mapping[str, Any]) -> frozenset[str]:
    """Return which of the `fields` make up a JSON:API identity: both `type` and `id`, or none."""
    if {"type", "id"} <= fields.keys() and _is_a(Enum, fields["type"].annotation):
        return frozenset({"type", "id"})
    return frozenset()


def _of_annotation(
    annotation: Any,  # noqa: ANN401
    documented: Documented,
    above: tuple[type[BaseModel], ...],
) -> Schema:
    """Return the schema of `annotation` without null, `{}` where it may be anything."""
    if annotation in _SCALARS:
        return _SCALARS[annotation]
    if _is_a(Enum, annotation):
        return {"type": "string"}
    if _is_a(BaseModel, annotation):
        return of_model(annotation, documented, above)
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _of_annotation(arguments[0], documented, above)
    if origin is list:
        return {"type": "array", "items": _of_annotation(arguments[0], documented.items, above)}
    if origin is dict:
        # That may be an object, or one of several types, be they plain ones.
        return _of_kinds(documented) or open_object()
    if origin in {Union, UnionType}:
        parts = [part for part in arguments if part is not NoneType]
        return _widest([_of_annotation(part, documented, above) for part in parts])
    if annotation is Any:
        return _of_kinds(documented)
    raise TypeError(f"The SDK has a kind of field that is not known yet: {annotation}.")


def _of_kinds(documented: Documented) -> Schema:
    """Return a schema of the types alone, `{}` where it may be anything."""
    if not documented.kinds:
        return {}
    kinds: list[Schema] = [
        open_object() if kind == "object" else {"type": kind} for kind in documented.kinds
    ]
    return _widest(kinds)


def _widest(schemas: list[Schema]) -> Schema:
    """Return a schema that allows what any of `schemas` does."""
    if len(schemas) == 1:
        return schemas[0]
    if any(set(schema) != {"type"} for schema in schemas):
        return {}
    types = dict.fromkeys(schema["type"] for schema in schemas)
    if "number" in types:
        types.pop("integer", None)
    return {"type": list(types) if len(types) > 1 else next(iter(types))}


def _is_a(kind: type, annotation: object) -> bool:
    return inspect.isclass(annotation) and issubclass(annotation, kind)
