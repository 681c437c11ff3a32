"""The specification's data files."""

import functools
import json
from pathlib import Path
from typing import Any

import msgspec

from klaviyo_sandbox.spec.endpoint import Endpoint
from klaviyo_sandbox.spec.remodelled import REMODELLED
from klaviyo_sandbox.spec.report import Report
from klaviyo_sandbox.spec.revision import Spec

REVISION = "2026-07-15"
NEWEST = "2026-10-15"
"""Its data file holds only what is new or changed since REVISION."""
REVISIONS = (REVISION, NEWEST)


@functools.cache
def load_spec(revision: str = REVISION) -> Spec:
    """Return the specification of `revision`, one of `REVISIONS`.

    The newest specification has the relationships and searchable fields of older models as well.

    Raises:
        FileNotFoundError: the revision has no data file.
    """
    raw = json.loads((Path(__file__).parent / f"{revision}.json").read_text(encoding="utf-8"))
    renamed = REMODELLED if revision == NEWEST else {}
    endpoints = {
        path: _endpoint({**entry, "path": path}, raw["fieldsets"], renamed)
        for path, entry in raw["endpoints"].items()
    }
    reports = {
        path: msgspec.convert({**entry, "path": path}, Report, str_keys=True)
        for path, entry in raw.get("reports", {}).items()
    }
    if revision == REVISION:
        return Spec(revision, endpoints, reports)
    before = load_spec(REVISION)
    every = {**before.endpoints, **endpoints}
    return Spec(revision, every, before.reports, older=tuple(before.endpoints.values()))


def _endpoint(
    entry: dict[str, Any], fieldsets: dict[str, list[str]], renamed: dict[str, str]
) -> Endpoint:
    """Return an endpoint; `renamed` are the types under which the shop holds newer models."""
    fields = {kind: fieldsets[name] for kind, name in entry.get("fields", {}).items()}
    relationships = {
        name: {**rule, "type": renamed.get(rule["type"], rule["type"])}
        for name, rule in entry.get("relationships", {}).items()
    }
    kept = renamed.get(entry["type"], entry["type"])
    whole = {**entry, "type": kept, "fields": fields, "relationships": relationships}
    return msgspec.convert(whole, Endpoint, str_keys=True)
