"""What there is to say of a stream's columns, from its schema and its declaration."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from source_klaviyo.registry import STREAMS, stream_name
from source_klaviyo.streams.kinds.base import KlaviyoStream

SCHEMAS: Final = Path(__file__).parents[2] / "source_klaviyo" / "schemas"
MEANINGS: Final[Mapping[str, str]] = json.loads(
    (Path(__file__).parents[1] / "meanings.json").read_text(encoding="utf-8")
)
"""In our words, by the column's name: what the schema says nothing of."""
ALIKE: Final = ("type", "links", "relationships")
"""Columns that all streams have; the first page tells what they are."""
NAMES: Final = frozenset(map(stream_name, STREAMS))
_OTHER_NAMES: Final = {
    "attributed_event": "events",
    "category": "catalog_categories",
    "conversion_metric": "metrics",
    "current_schema": "object_schemas",
    "draft_schema": "object_schemas",
    "flow_message_variation": "flow_messages",
    "item": "catalog_items",
    "job": "profile_bulk_import_jobs",
    "template": "email_templates",
    "variant": "catalog_variants",
}
"""The stream of an id, where its plural is no stream."""
_SAME_ID: Final = {
    "brand_voices": "accounts",
    "campaign_recipient_estimations": "campaigns",
    "campaign_send_jobs": "campaigns",
    "campaigns_detailed": "campaigns",
    "events_detailed": "events",
    "flow_definitions": "flows",
    "form_definitions": "forms",
    "global_exclusions": "profiles",
    "lists_detailed": "lists",
    "profile_ids": "profiles",
    "profile_predictive_analytics": "profiles",
}
"""Streams whose rows say more of those of another."""
_LONGEST: Final = 140
_FORMAT: Final = re.compile(r",? in (ISO ?8601|RFC ?3339)( format)?( \([^)]*\))?")
"""All times are written alike, so no description has to say how."""

Schema = Mapping[str, Any]


@dataclass(frozen=True)
class Column:
    """A column, or with a dot a member of `attributes`."""

    name: str
    type: str
    meaning: str
    join: str
    """The stream whose `id` it holds; empty for others."""


def schema_of(stream: type[KlaviyoStream]) -> Schema:
    """Return the properties of the stream's schema."""
    text = (SCHEMAS / f"{stream_name(stream)}.json").read_text(encoding="utf-8")
    properties: Schema = json.loads(text)["properties"]
    return properties


def columns_of(stream: type[KlaviyoStream]) -> Iterator[Column]:
    """Yield the columns of a stream, keys first; raises LookupError for one without a meaning."""
    schema = schema_of(stream)
    ordered = sorted(schema, key=lambda name: (name not in stream.keys, name == "attributes"))
    for name in ordered:
        if name in ALIKE:
            continue
        if name == "attributes":
            for member, told in schema[name].get("properties", {}).items():
                yield _column(stream, f"attributes.{member}", told)
        else:
            yield _column(stream, name, schema[name])


def join_of(stream: type[KlaviyoStream], column: str) -> str:
    """Return the stream whose `id` a column holds; empty where it holds none."""
    if column == "id":
        return _SAME_ID.get(stream_name(stream), "")
    base, found, _ = column.rpartition("_id")
    if not found or "." in column or column in ("resource_id", "variation_id", "message_id"):
        return ""
    omnichannel = f"omnichannel_{base}s"
    if "omnichannel" in stream.__module__ and omnichannel in NAMES:
        return omnichannel
    plural = f"{base}s"
    return plural if plural in NAMES else _OTHER_NAMES.get(base, "")


def _column(stream: type[KlaviyoStream], name: str, told: Schema) -> Column:
    join = join_of(stream, name)
    return Column(name, _type(told), _meaning(stream, name, told, join), join)


def _type(told: Schema) -> str:
    kinds = told.get("type", "any")
    named = [kind for kind in ([kinds] if isinstance(kinds, str) else kinds) if kind != "null"]
    kind = named[0] if len(named) == 1 else " or ".join(named)
    return {"date-time": "time", "date": "day"}.get(told.get("format", ""), kind)


def _meaning(stream: type[KlaviyoStream], name: str, told: Schema, join: str) -> str:
    if join and name != "id":
        which = "The ids of its" if name.endswith("_ids") else "The id of its"
        what = name.rpartition("_id")[0].replace("_", " ")
        return f"{which} {what}{'s' if name.endswith('_ids') else ''}."
    own = MEANINGS.get(name, "")
    meaning = own if name == "id" or not told.get("description") else _first(told["description"])
    if not (meaning or own):
        raise LookupError(f"tools/meanings.json lacks {name} of {stream_name(stream)}")
    return meaning or own


def _first(description: str) -> str:
    """Return the first sentence of a description, cut where it is long."""
    text = " ".join(description.split()).replace("|", "\\|").replace("<", "&lt;")
    sentence = _FORMAT.sub("", text.split(". ")[0].rstrip("."))
    if len(sentence) > _LONGEST:
        sentence = sentence[:_LONGEST].rpartition(" ")[0] + " …"
    return sentence
