"""The row of a resource, with the values of all fields for filters and sorts."""

from collections.abc import Mapping

from klaviyo_sandbox.spec import Spec
from klaviyo_sandbox.store.json_text import JsonObject, JsonValue, dump
from klaviyo_sandbox.store.moment import micros
from klaviyo_sandbox.store.row import Links, Reference, Row, Value, each

NAMES_OF_ID = frozenset({"id", "ids", "profile_id"})


def make_row(
    spec: Spec,
    reference: Reference,
    attributes: JsonObject,
    relations: Mapping[str, Links],
    facts: Mapping[str, Value] | None = None,
) -> Row:
    """Return a row of the resource, with all `attributes` of any answer.

    `facts` are values behind no attribute (such as the creation of a catalog item), and with a
    leading `~` the place where Klaviyo sorts the row.
    """
    resource_type, resource_id = reference.type, reference.id
    known: dict[str, Value] = dict(facts or {})
    for field, kind in spec.searchable.get(resource_type, {}).items():
        if field not in known:
            known[field] = _find(field, resource_id, attributes, relations)
        if kind == "date-time":
            known[field] = _instants(known[field])
    optional = spec.optional.get(resource_type, frozenset())
    shown = {name: value for name, value in attributes.items() if name not in optional}
    return Row(
        resource_type,
        resource_id,
        dump(shown) if shown else b"",
        relations,
        known,
        {name: dump(value) for name, value in attributes.items() if name in optional},
    )


def _find(
    field: str,
    resource_id: str,
    attributes: JsonObject,
    relations: Mapping[str, Links],
) -> Value:
    if field in NAMES_OF_ID:
        return resource_id
    if field.endswith(".id"):
        links = relations.get(field.removesuffix(".id"))
        return links.id if isinstance(links, Reference) else [link.id for link in each(links)]
    steps = field.split(".")
    if steps[0] not in attributes and isinstance(attributes.get("definition"), dict):
        return _at(attributes["definition"], steps)  # the campaigns of 2026-10-15 keep them there
    return _at(attributes, steps)


def _at(node: JsonValue, steps: list[str]) -> Value:
    """Return the value at a path; a list if the path crosses a list."""
    for number, step in enumerate(steps):
        if isinstance(node, list):
            return [_scalar(_at(element, steps[number:])) for element in node]
        if not isinstance(node, dict):
            return None
        node = node.get(step)
    return _scalar(node)


def _scalar(node: object) -> str | int | float | bool | None:
    return node if isinstance(node, str | int | float | bool) else None


def _instants(value: Value) -> Value:
    if isinstance(value, str):
        return micros(value)
    if isinstance(value, list):
        return [micros(element) for element in value if isinstance(element, str)]
    return value
