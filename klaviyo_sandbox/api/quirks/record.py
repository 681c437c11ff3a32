"""Records that hold what no schema foresees."""

import zlib
from collections.abc import Callable

from klaviyo_sandbox.api.quirks.arrangement import has_no_cursor
from klaviyo_sandbox.api.quirks.choose import chosen
from klaviyo_sandbox.quirks import Quirks
from klaviyo_sandbox.store.json_text import JsonObject, JsonValue, dump, load_object
from klaviyo_sandbox.store.row import Row

PROPERTIES = {"event": b'"event_properties":{', "profile": b'"properties":{'}
"""Where events and profiles hold what a shop sent; other types hold it beside their attributes."""
_ATTRIBUTES = b'"attributes":{'
_CHOICES = frozenset(
    {"channel", "enablement_status", "opt_in_process", "platform", "status", "trigger_type"}
)
NEW_CHOICE = "sandbox-new-value"
NEW_ATTRIBUTE = "sandbox_new_attribute"


def record_text(
    text: bytes, row: Row, quirks: Quirks, cursors: frozenset[str] = frozenset()
) -> bytes:
    """Return the resource's JSON text as the quirks have it.

    `cursors` names the attributes that have no value in some rows.
    """
    if cursors and has_no_cursor(row.id, quirks):
        text = _changed(text, _without(cursors, missing=quirks.null_cursors_missing))
    if quirks.drift:
        text = _changed(text, _drifted(zlib.crc32(row.id.encode()) % 2 == 0))
    if chosen(row.id, quirks.surrogate_every, "surrogate"):
        text = _inserted(text, row.type, b'"sandbox_text":"a\\ud83d"')
    if chosen(row.id, quirks.bad_number_every, "bad_number"):
        text = _inserted(text, row.type, b'"sandbox_number":' + quirks.bad_number.encode())
    missing = quirks.record_bytes - len(text)
    if missing > 0 and row.type in PROPERTIES:
        text = _inserted(text, row.type, b'"sandbox_padding":"' + b"x" * missing + b'"')
    return text


def _inserted(text: bytes, resource_type: str, member: bytes) -> bytes:
    """Add a member; not where a sparse fieldset left out the object that would hold it."""
    head, mark, tail = text.partition(PROPERTIES.get(resource_type, _ATTRIBUTES))
    if not mark:
        return text
    return b"".join((head, mark, member, b"" if tail.startswith(b"}") else b",", tail))


def _changed(text: bytes, change: Callable[[JsonObject], JsonObject]) -> bytes:
    document = load_object(text)
    attributes = document.get("attributes")
    if not isinstance(attributes, dict):
        return text
    return dump(document | {"attributes": change(attributes)})


def _without(names: frozenset[str], *, missing: bool) -> Callable[[JsonObject], JsonObject]:
    def change(attributes: JsonObject) -> JsonObject:
        return {
            name: None if name in names else value
            for name, value in attributes.items()
            if not (missing and name in names)
        }

    return change


def _drifted(zulu: bool) -> Callable[[JsonObject], JsonObject]:  # noqa: FBT001
    def value(name: str, given: JsonValue) -> JsonValue:
        if isinstance(given, str) and name in _CHOICES:
            return NEW_CHOICE
        if isinstance(given, str) and given.endswith("+00:00"):
            return given.replace("+00:00", "Z") if zulu else given.replace("T", " ")
        if isinstance(given, int | float) and not isinstance(given, bool):
            return str(given)
        return given

    def change(attributes: JsonObject) -> JsonObject:
        changed = {name: value(name, given) for name, given in attributes.items()}
        return changed | {NEW_ATTRIBUTE: {"since": "2026"}}

    return change
