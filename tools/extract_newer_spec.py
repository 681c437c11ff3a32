"""Writes what revision 2026-10-15 added to the sandbox's picture of the Klaviyo read API.

Usage: `python -m tools.extract_newer_spec PATH_OF_endpoints.json`

Of this revision the official SDK (25.0.0) is at hand, and Klaviyo's reference pages. The input's
`sdk_diff` holds what the SDK's texts say of every GET endpoint that is new or changed: limits,
filters, scopes, page sizes. Attributes and relationships come from the SDK's models. The output has
the form that `tools.extract_spec` writes, with the new and the changed endpoints alone.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, cast

from pydantic import BaseModel

from tools.extract_spec import Filter, RawEndpoint, Relationship, Value, document
from tools.sdk import Sdk, load_all, member, wire_type
from tools.shapes import Schema, of_model

REVISION: Final = "2026-10-15"
TARGET: Final = Path(__file__).parent.parent / "klaviyo_sandbox" / "spec" / f"{REVISION}.json"
DATES: Final = ("created", "created_at", "updated", "updated_at")

Json = dict[str, Any]

SORTS: Final[dict[str, list[str]]] = {
    "/api/campaign-messages": ["created", "id", "name", "status", "updated"],
    "/api/campaigns": ["created_at", "id", "name", "updated_at"],
    "/api/text-messaging-senders": ["created_at"],
    "/api/translations": ["id"],
}
"""The SDK does not name the values of `sort`; these are Klaviyo's OpenAPI 2026-07-15.pre, the beta
of this revision."""

INCLUDES: Final = {"/api/campaign-messages": ["campaign-variations"]}
HASHES: Final = ["hashed_email", "hashed_phone_number"]
"""What Klaviyo's reference of this revision has and its SDK lacks: an include (page
`get_campaign_messages`), and additional fields (page `get_profiles`)."""


def endpoints_of(parsed: Json, sdk: Sdk) -> Iterator[RawEndpoint]:
    """Yield every GET endpoint that is new or changed, in the form of the input's own."""
    before = {raw["path"]: raw for raw in parsed["endpoints"] if raw["method"] == "GET"}
    for operation, added in parsed["sdk_diff"]["read_ops_only_in_sdk"].items():
        path = operation.removeprefix("GET ")
        yield _endpoint(path, {**added, **_named(path, added["returns"])}, sdk)
    for operation, changes in parsed["sdk_diff"]["changed"].items():
        path = operation.removeprefix("GET ")
        yield _endpoint(path, _changed(before[path], changes), sdk)
    yield _hashing(before["/api/profiles"])


def _hashing(profiles: Json) -> RawEndpoint:
    """Return the endpoint of the revision before, `profiles`, with the hashes of this one."""
    told = cast(RawEndpoint, dict(profiles))
    told["attributes"] = {**profiles["attributes"], **{name: {} for name in HASHES}}
    told["additional_fields"] = {"profile": [*profiles["additional_fields"]["profile"], *HASHES]}
    told["fields"] = {**profiles["fields"], "profile": [*profiles["fields"]["profile"], *HASHES]}
    return told


def _named(path: str, returns: str) -> Json:
    """Return what the name of the answer's model, in the text `returns`, tells of an endpoint."""
    response = returns.removeprefix("Union[").partition(",")[0]
    steps = path.count("/")
    if steps == 2:
        kind = "collection"
    elif steps == 3:
        kind = "item"
    elif "/relationships/" in path:
        kind = "relationship" if "Collection" in response else "relationship_one"
    else:
        kind = "subcollection" if "Collection" in response else "related_one"
    return {"kind": kind, "response_schema": response}


def _changed(raw: Json, changes: Json) -> Json:
    """Return the endpoint `raw` of the revision before, with the `changes` made."""
    filters = dict(raw["filters"])
    for field, (_, operators) in changes.get("filters", {}).items():
        filters.pop(field, None)
        if operators:
            filters[field] = operators
    parameters = {f"fields[{kind}]" for kind in raw["fields"]}
    parameters |= {"include"} if raw["include"] else set()
    differing = changes.get("query_params", {"added": [], "removed": []})
    return {
        **raw,
        "filters": filters,
        "query_params": sorted((parameters | {*differing["added"]}) - {*differing["removed"]}),
        "page_cursor": changes.get("page_cursor", [None, raw["page_cursor"]])[1],
    }


def _endpoint(path: str, told: Json, sdk: Sdk) -> RawEndpoint:
    answer = sdk.answer(path.removeprefix("/api/"))
    bare = "/relationships/" in path
    schema: Schema = {} if bare else of_model(answer.resource)["properties"]
    relationships = dict(_relationships(answer.resource)) if "relationships" in schema else {}
    kinds = [name[7:-1] for name in told["query_params"] if name.startswith("fields[")]
    includable = kinds if "include" in told["query_params"] else []
    return {
        "path": path,
        "kind": told["kind"],
        "operationId": told["operationId"],
        "tag": told.get("tag", ""),
        "jsonapi_type": answer.resource_type,
        "response_schema": told["response_schema"],
        "resource_schema": "" if bare else answer.resource.__name__,
        "scopes": told["scopes"],
        "rate_limits": told["rate_limits"],
        "rate_limits_reduced": told["rate_limits_reduced"],
        "paginated": told["page_cursor"],
        "page_size": told["page_size"],
        "filters_detail": {
            name: told.get("filters_detail", {}).get(name) or _filter(name, names)
            for name, names in told["filters"].items()
        },
        "sort": SORTS[path] if path in SORTS else told.get("sort", []),
        "include": [
            *(name for name, rule in relationships.items() if rule["type"] in includable),
            *INCLUDES.get(path, ()),
        ],
        "fields": {kind: _field_names(kind, sdk) for kind in kinds},
        "additional_fields": {answer.resource_type: sorted(answer.extras)} if answer.extras else {},
        "attributes": schema["attributes"]["properties"] if schema else {},
        "relationships": relationships,
    }


def _relationships(resource: type[BaseModel]) -> Iterator[tuple[str, Relationship]]:
    model = member(resource, "relationships")
    for wire_name, shape in of_model(model)["properties"].items():
        many = "items" in shape["properties"]["data"]
        identifier = member(member(model, wire_name), "data")
        yield wire_name, {"type": wire_type(identifier), "cardinality": "many" if many else "one"}


def _filter(field: str, operators: list[str]) -> Filter:
    """Return a filter; what its literal may be shows in the field's name alone."""
    value = Value(type="boolean" if field == "archived" else "string")
    if field in DATES:
        value["format"] = "date-time"
    shapes = {
        "list": [name for name in operators if name == "any"],
        "single": [name for name in operators if name != "any"],
    }
    return {"operators": {shape: names for shape, names in shapes.items() if names}, "value": value}


def _field_names(kind: str, sdk: Sdk) -> list[str]:
    """Return what `fields[kind]` may name: the attributes, and the parts of those with parts."""
    answer = sdk.resource(kind)
    if answer is None:
        return ["id"]
    return ["id", *_leaves(of_model(answer.resource)["properties"]["attributes"])]


def _leaves(schema: Schema) -> Iterator[str]:
    for name, part in schema.get("properties", {}).items():
        yield name
        yield from (f"{name}.{leaf}" for leaf in _leaves(part))


def main() -> None:
    """Read the input and the SDK, write the data file, say what was written."""
    parsed: Json = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    endpoints = list(endpoints_of(parsed, load_all()[REVISION]))
    TARGET.write_text(document(endpoints, REVISION), encoding="utf-8")
    print(f"{len(endpoints)} endpoints -> {TARGET.name}")


if __name__ == "__main__":
    main()
