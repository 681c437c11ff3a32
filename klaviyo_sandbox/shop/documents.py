"""Rows from JSON:API resource documents, as tests hand them in."""

from klaviyo_sandbox.spec import Spec
from klaviyo_sandbox.store.json_text import Given, JsonObject, JsonValue, dump
from klaviyo_sandbox.store.make_row import make_row
from klaviyo_sandbox.store.moment import micros
from klaviyo_sandbox.store.row import EventRow, Links, Reference, Row, Value


def row_of(spec: Spec, document: Given) -> Row:
    """Return the row of a resource document.

    Beside `type`, `id`, `attributes` and `relationships` the document may hold `facts`: values for
    filters alone, such as a campaign's `messages.channel`.
    """
    reference = Reference(str(document["type"]), str(document["id"]))
    given = _object(document.get("attributes"))
    relations: dict[str, Links] = {
        name: _links(_object(value).get("data"))
        for name, value in _object(document.get("relationships")).items()
    }
    if reference.type == "event":
        return EventRow(reference.id, dump(given), relations, micros(str(given["datetime"])))
    facts: dict[str, Value] = {
        name: value
        for name, value in _object(document.get("facts")).items()
        if isinstance(value, str | int | float)
    }
    return make_row(
        spec,
        reference,
        given,
        relations,
        facts,
    )


def _object(value: JsonValue) -> JsonObject:
    return value if isinstance(value, dict) else {}


def _links(data: JsonValue) -> Links:
    if isinstance(data, list):
        return [_reference(one) for one in data if isinstance(one, dict)]
    return _reference(data) if isinstance(data, dict) else None


def _reference(data: JsonObject) -> Reference:
    return Reference(str(data["type"]), str(data["id"]))
