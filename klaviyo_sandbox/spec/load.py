"""Reads the specification's data files."""

import functools
import json
from dataclasses import replace
from pathlib import Path
from typing import NotRequired, TypedDict

from klaviyo_sandbox.spec.endpoint import Endpoint, FilterRule, PageSize, Reduced, Relation
from klaviyo_sandbox.spec.load_report import RawReport, report_of, windows_of
from klaviyo_sandbox.spec.remodelled import REMODELLED
from klaviyo_sandbox.spec.revision import Spec

REVISION = "2026-07-15"
NEWEST = "2026-10-15"
"""Its data file holds only what is new or changed since REVISION."""
REVISIONS = (REVISION, NEWEST)
NUMERIC_SORTS = {"rating": "integer", "size": "integer", "timestamp": "number"}
DATE_SORTS = {
    "created",
    "created_at",
    "updated",
    "updated_at",
    "scheduled_at",
    "datetime",
    "joined_group_at",
}
ITEM_KINDS = ("collection", "item")


class RawEndpoint(TypedDict, total=False):
    """One endpoint as it stands in the data file."""

    kind: str
    operation: str
    type: str
    response: str
    resource: str
    scopes: list[str]
    windows: dict[str, int]
    reduced: list[dict[str, object]]
    paginated: bool
    page_size: dict[str, int]
    fixed_page: int
    filters: dict[str, dict[str, object]]
    required_filters: dict[str, list[list[str]]]
    sort: list[str]
    include: list[str]
    fields: dict[str, str]
    additional_fields: dict[str, list[str]]
    attributes: list[str]
    relationships: dict[str, dict[str, object]]


class RawSpec(TypedDict):
    """The data file."""

    revision: str
    endpoints: dict[str, RawEndpoint]
    fieldsets: dict[str, list[str]]
    reports: NotRequired[dict[str, RawReport]]


def _filter(raw: dict[str, object]) -> FilterRule:
    operators = raw["operators"]
    enum = raw.get("enum", [])
    return FilterRule(
        operators={shape: frozenset(names) for shape, names in operators.items()}
        if isinstance(operators, dict)
        else {},
        value=str(raw.get("value", "")),
        enum=frozenset(enum) if isinstance(enum, list) else frozenset(),
    )


def _reduced(raw: dict[str, object]) -> Reduced:
    parameter, _, value = str(raw["when"]).partition("=")
    return Reduced(parameter=parameter, value=value, windows=windows_of(raw["windows"]))


def _endpoint(path: str, raw: RawEndpoint, fieldsets: dict[str, list[str]]) -> Endpoint:
    size = raw.get("page_size")
    return Endpoint(
        path=path,
        kind=raw["kind"],
        operation=raw["operation"],
        type=raw["type"],
        response=raw["response"],
        resource=raw.get("resource", ""),
        scopes=tuple(raw.get("scopes", ())),
        windows=windows_of(raw["windows"]),
        reduced=tuple(_reduced(rule) for rule in raw.get("reduced", ())),
        paginated=raw.get("paginated", False),
        page_size=PageSize(size["min"], size["max"], size["default"]) if size else None,
        fixed_page=raw.get("fixed_page", 100) if raw.get("paginated", False) and not size else None,
        filters={field: _filter(rule) for field, rule in raw.get("filters", {}).items()},
        required_filters=raw.get("required_filters", {}),
        sort=tuple(raw.get("sort", ())),
        include=tuple(raw.get("include", ())),
        fields={kind: frozenset(fieldsets[name]) for kind, name in raw.get("fields", {}).items()},
        additional_fields={
            kind: frozenset(names) for kind, names in raw.get("additional_fields", {}).items()
        },
        attributes=tuple(raw.get("attributes", ())),
        relations={
            name: Relation(name=name, type=str(rule["type"]), many=bool(rule["many"]))
            for name, rule in raw.get("relationships", {}).items()
        },
    )


def _sort_kind(field: str) -> str:
    if field in DATE_SORTS or field.endswith(".timestamp"):
        return "date-time"
    return NUMERIC_SORTS.get(field, "string")


def _remodelled(endpoint: Endpoint) -> Endpoint:
    """Return the endpoint with the types under which the shop holds the newer models."""
    relations = {
        name: replace(relation, type=REMODELLED.get(relation.type, relation.type))
        for name, relation in endpoint.relations.items()
    }
    kept = REMODELLED.get(endpoint.type, endpoint.type)
    return replace(endpoint, type=kept, relations=relations)


@functools.cache
def load_spec(revision: str = REVISION) -> Spec:
    """Return the specification of `revision`, one of `REVISIONS`.

    The newest one tells the relationships and the searchable fields of older models as well.

    Raises:
        FileNotFoundError: no data file of that revision is stored.
    """
    file = Path(__file__).parent / f"{revision}.json"
    raw: RawSpec = json.loads(file.read_text(encoding="utf-8"))
    endpoints = {
        path: _endpoint(path, entry, raw["fieldsets"]) for path, entry in raw["endpoints"].items()
    }
    reports = {path: report_of(path, entry) for path, entry in raw.get("reports", {}).items()}
    known = [*endpoints.values()]
    if revision == NEWEST:
        reports = {**load_spec(REVISION).reports, **reports}
        before = load_spec(REVISION).endpoints
        renewed = {path: _remodelled(endpoint) for path, endpoint in endpoints.items()}
        endpoints = {**before, **renewed}
        known = [*before.values(), *renewed.values()]
    relations: dict[str, dict[str, Relation]] = {}
    searchable: dict[str, dict[str, str]] = {}
    for endpoint in known:
        relations.setdefault(endpoint.type, {}).update(endpoint.relations)
        fields = searchable.setdefault(endpoint.type, {})
        for name in endpoint.sort:
            fields.setdefault(name, _sort_kind(name))
        for name, rule in endpoint.filters.items():
            fields[name] = rule.value
    optional: dict[str, frozenset[str]] = {}
    for endpoint in known:
        for kind, names in endpoint.additional_fields.items():
            optional[kind] = optional.get(kind, frozenset()) | names
    for path, endpoint in endpoints.items():
        listed = endpoints.get(path.removesuffix("/{id}"))
        if endpoint.kind == "item" and listed:
            hidden = frozenset(endpoint.attributes) - frozenset(listed.attributes)
            optional[endpoint.type] = optional.get(endpoint.type, frozenset()) | hidden
    return Spec(
        revision=raw["revision"],
        endpoints=endpoints,
        reports=reports,
        relations=relations,
        searchable=searchable,
        optional=optional,
        types_of_collections={
            endpoint.parent: endpoint.type
            for endpoint in endpoints.values()
            if endpoint.kind in ITEM_KINDS
        },
    )
