"""Writes the sandbox's compact picture of the Klaviyo read API.

Usage: `python tools/extract_spec.py PATH_OF_endpoints.json [OUTPUT]`

The input is Klaviyo's public OpenAPI document of one revision, already parsed endpoint by endpoint.
The output holds every GET endpoint and every POST that only asks (reports), one a line, sorted by
path, so that a diff of two revisions reads like a change log. It is data only: nothing reads the
input again once this script has run.
"""

import json
import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypedDict

REVISION = "2026-07-15"
DEFAULT_OUTPUT = Path(__file__).parent.parent / "klaviyo_sandbox" / "spec" / f"{REVISION}.json"
SECONDS = {"s": 1, "m": 60, "d": 86_400}

SPOKEN_INCLUDES = {"include=list": "include=lists", "include=segment": "include=segments"}
"""The prose names the included type; the parameter's value is the relationship's name."""

PREDICTIVE = {
    "when": "additional-fields[profile]=predictive_analytics",
    "burst": "10/s",
    "steady": "150/m",
}
REDUCED_BY_GUIDE = {
    "/api/segments/{id}/profiles": [PREDICTIVE],
    "/api/segments/{id}/relationships/profiles": [PREDICTIVE],
}
"""Stated by Klaviyo's guide for segments too, where the OpenAPI text forgets it."""

Line = dict[str, object]


class Value(TypedDict, total=False):
    """What a filter's literal may be."""

    type: str
    format: str
    enum: list[str]


class Filter(TypedDict):
    """One filter field: its operators per shape of literal, and the literal."""

    operators: dict[str, list[str]]
    value: Value | None


class Relationship(TypedDict):
    """One relationship of the resource."""

    type: str
    cardinality: str


class RawEndpoint(TypedDict, total=False):
    """One endpoint of the input; parts that do not apply are missing."""

    path: str
    method: str
    kind: str
    operationId: str
    tag: str
    jsonapi_type: str
    response_schema: str
    resource_schema: str
    scopes: list[str]
    rate_limits: dict[str, str]
    rate_limits_reduced: list[dict[str, str]]
    paginated: bool
    page_size: dict[str, int] | None
    effective_max_page: int | None
    filters_detail: dict[str, Filter]
    required_filters: dict[str, object] | None
    sort: list[str]
    include: list[str]
    fields: dict[str, list[str]]
    additional_fields: dict[str, list[str]]
    attributes: dict[str, object]
    relationships: dict[str, Relationship]


class Attribute(TypedDict, total=False):
    """One attribute of a report's body."""

    description: str
    enum: list[str]
    items: Value


class Body(TypedDict):
    """What a report's body may hold."""

    type: str
    attributes: dict[str, Attribute]
    required_attributes: list[str]


class RawReport(TypedDict):
    """One report of the input."""

    path: str
    kind: str
    operationId: str
    tag: str
    jsonapi_type: str
    response_schema: str
    scopes: list[str]
    rate_limits: dict[str, str]
    page_cursor_param: str | None
    timeframe_keys: list[str] | None
    attributes: dict[str, object]
    relationships: dict[str, Relationship]
    request: Body


class Fieldsets:
    """Gives each distinct list of field names one short name, as most endpoints share a few."""

    def __init__(self) -> None:
        """Start without any."""
        self.lists: dict[str, list[str]] = {}

    def name_of(self, resource_type: str, fields: list[str]) -> str:
        """Return the name of this list, new or already given.

        Raises:
            ValueError: there are too many different lists of that length.
        """
        wanted = sorted(fields)
        base = f"{resource_type}/{len(wanted)}"
        for suffix in ("", "b", "c", "d"):
            if self.lists.setdefault(base + suffix, wanted) == wanted:
                return base + suffix
        message = f"too many different lists of {len(wanted)} fields of {resource_type}"
        raise ValueError(message)


def compact_text(value: object) -> str:
    """Return `value` as one line of JSON, keys in the order given."""
    return json.dumps(value, ensure_ascii=False, separators=(", ", ": "))


def windows_of(limits: dict[str, str]) -> dict[str, int]:
    """Return `{"burst": "75/s", "steady": "750/m"}` as `{"1": 75, "60": 750}`."""
    windows = {}
    for text in limits.values():
        count, unit = text.split("/")
        windows[str(SECONDS[unit])] = int(count)
    return windows


def reduced_of(raw: RawEndpoint) -> list[Line]:
    """Return the tighter limits which a parameter triggers, as `{"when", "windows"}`."""
    stated = raw["rate_limits_reduced"] or REDUCED_BY_GUIDE.get(raw["path"], [])
    return [
        {
            "when": SPOKEN_INCLUDES.get(rule["when"], rule["when"]),
            "windows": windows_of({"burst": rule["burst"], "steady": rule["steady"]}),
        }
        for rule in stated
    ]


def filters_of(detail: dict[str, Filter]) -> Line:
    """Return each filter field with its operators per shape of literal and its value."""
    filters: Line = {}
    for field, rule in sorted(detail.items()):
        value = rule["value"] or Value()
        operators = {shape: sorted(names) for shape, names in sorted(rule["operators"].items())}
        entry: Line = {"operators": operators}
        kind = value.get("format") or value.get("type")
        if kind:
            entry["value"] = kind
        if "enum" in value:
            entry["enum"] = value["enum"]
        filters[field] = entry
    return filters


def endpoint_line(raw: RawEndpoint, fieldsets: Fieldsets) -> Line:
    """Return one endpoint in the output's form, without its empty parts."""
    size = raw.get("page_size")
    paginated = raw.get("paginated", False)
    required = raw.get("required_filters") or {}
    line: Line = {
        "kind": raw["kind"],
        "operation": raw["operationId"],
        "tag": raw["tag"],
        "type": raw["jsonapi_type"],
        "response": raw["response_schema"],
        "resource": raw.get("resource_schema"),
        "scopes": sorted(raw["scopes"]),
        "windows": windows_of(raw["rate_limits"]),
        "reduced": reduced_of(raw),
        "paginated": paginated,
        "page_size": {name: size[name] for name in ("min", "max", "default")} if size else None,
        "fixed_page": raw.get("effective_max_page") if paginated and not size else None,
        "filters": filters_of(raw.get("filters_detail", {})),
        "required_filters": {key: value for key, value in required.items() if key != "source"},
        "sort": sorted({name.lstrip("-") for name in raw.get("sort", [])}),
        "include": sorted(raw.get("include", [])),
        "fields": {
            kind: fieldsets.name_of(kind, names)
            for kind, names in sorted(raw.get("fields", {}).items())
        },
        "additional_fields": {
            kind: sorted(names) for kind, names in sorted(raw.get("additional_fields", {}).items())
        },
        "attributes": sorted(raw.get("attributes", {})),
        "relationships": {
            name: {"type": rule["type"], "many": rule["cardinality"] == "many"}
            for name, rule in raw.get("relationships", {}).items()
        },
    }
    return {key: value for key, value in line.items() if value}


def named(pattern: str, text: str) -> list[str]:
    """Return the names that a sentence of Klaviyo's prose lists; none where it does not."""
    found = re.search(pattern, text)
    return [name.strip() for name in found.group(1).split(",")] if found else []


def group_by_of(attribute: Attribute) -> Line:
    """Return what a report may be grouped by, how it is without, and what must be among it."""
    text = attribute["description"]
    line: Line = {
        "allowed": attribute["items"]["enum"],
        "default": named(r"will be grouped by ([\w, ]+)\.", text),
        "required": named(r"attributes are required: ([\w, ]+)\b", text),
        "needs": dict(re.findall(r"prerequisites for (\w+) is (\w+)", text)),
    }
    return {key: value for key, value in line.items() if value}


def filter_of(attribute: Attribute) -> dict[str, list[str]]:
    """Return the operators of each field that a report may be filtered on."""
    text = attribute["description"]
    fields: dict[str, list[str]] = {}
    for names, operators in re.findall(
        r"attributes \(([\w, ]+)\): Supported operators: ([a-z\-, ]+)\.", text
    ):
        fields |= dict.fromkeys(names.split(", "), operators.split(", "))
    operators = named(r"Allowed operators are ([a-z, ]+)\.", text)
    fields |= dict.fromkeys(named(r"Allowed filters are ([\w, ]+)\.", text), operators)
    return fields


def interval_days_of(text: str) -> dict[str, int]:
    """Return the longest timeframe in days per interval, as far as the prose states it."""
    found = re.findall(r"If (\w+) is used, the timeframe cannot be longer than (\d+) (\w+)", text)
    return {name: int(count) * (7 if unit == "weeks" else 1) for name, count, unit in found}


def day_of(text: str) -> str:
    """Return `June 1st, 2023` as `2023-06-01`."""
    plain = re.sub(r"(\d)(st|nd|rd|th)", r"\1", text)
    return datetime.strptime(plain, "%B %d, %Y").replace(tzinfo=UTC).date().isoformat()


def report_line(raw: RawReport) -> Line:
    """Return one report in the output's form, without its empty parts."""
    attributes = raw["request"]["attributes"]
    by = attributes.get("by")
    measured = attributes.get("statistics") or attributes["measurements"]
    filters = attributes["filter"]["description"]
    most = re.search(r"Max of (\d+)", filters)
    since = re.search(r"unavailable before ([\w ]+, \d{4})", compact_text(attributes))
    place, _, _ = (raw["page_cursor_param"] or "").partition(":")
    line: Line = {
        "operation": raw["operationId"],
        "tag": raw["tag"],
        "type": raw["jsonapi_type"],
        "response": raw["response_schema"],
        "scopes": sorted(raw["scopes"]),
        "windows": windows_of(raw["rate_limits"]),
        "page_cursor": place,
        "body": sorted(attributes),
        "required": sorted(raw["request"]["required_attributes"]),
        "statistics": measured["items"]["enum"],
        "intervals": attributes.get("interval", {}).get("enum"),
        "interval_days": interval_days_of(attributes.get("interval", {}).get("description", "")),
        "timeframes": raw["timeframe_keys"],
        "group_by": group_by_of(attributes["group_by"]) if "group_by" in attributes else None,
        "by": by["items"]["enum"] if by else None,
        "filters": filter_of(attributes["filter"]),
        "filter_values": int(most.group(1)) if most else None,
        "channels": named(r"send_channel, allowed values are ([\w, \-]+)\.", filters),
        "since": day_of(since.group(1)) if since else None,
        "attributes": sorted(raw["attributes"]),
        "relationships": {name: rule["type"] for name, rule in raw["relationships"].items()},
    }
    return {key: value for key, value in line.items() if value}


def document(endpoints: list[RawEndpoint], revision: str, reports: Sequence[RawReport] = ()) -> str:
    """Return the text of the data file of `revision`."""
    fieldsets = Fieldsets()
    ordered = sorted(endpoints, key=lambda raw: raw["path"])
    lines = [
        f"{compact_text(raw['path'])}: {compact_text(endpoint_line(raw, fieldsets))}"
        for raw in ordered
    ]
    names = [
        f"{compact_text(name)}: {compact_text(fields)}"
        for name, fields in sorted(fieldsets.lists.items())
    ]
    asked = [
        f"{compact_text(raw['path'])}: {compact_text(report_line(raw))}"
        for raw in sorted(reports, key=lambda raw: raw["path"])
    ]
    sections = [
        f'"{name}": {{\n' + ",\n".join(section) + "\n}"
        for name, section in (("endpoints", lines), ("fieldsets", names), ("reports", asked))
        if section
    ]
    return f'{{"revision": "{revision}",\n' + ",\n".join(sections) + "}\n"


def main() -> None:
    """Read the parsed specification, write the data file, say what was written."""
    source = Path(sys.argv[1])
    target = Path(sys.argv[2]) if len(sys.argv) > 2 else DEFAULT_OUTPUT
    parsed = json.loads(source.read_text(encoding="utf-8"))["endpoints"]
    endpoints: list[RawEndpoint] = [
        raw for raw in parsed if raw["method"] == "GET" and raw["path"].startswith("/api/")
    ]
    reports: list[RawReport] = [raw for raw in parsed if raw["kind"] == "report"]
    target.write_text(document(endpoints, REVISION, reports), encoding="utf-8")
    print(f"{len(endpoints)} endpoints and {len(reports)} reports -> {target.name}")


if __name__ == "__main__":
    main()
